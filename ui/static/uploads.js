// Adding articles: files and folders that are chosen or dropped, sent one batch at a time, with a line for each article.
const { words, limits, errors } = props;
const section = () => element.querySelector(".yj-uploads");
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? 0);

function told(taken) {
  const row = document.createElement("li");
  row.dataset.outcome = taken.outcome;
  const outcome = document.createElement("strong");
  outcome.textContent = words.outcomes[taken.outcome];
  const name = document.createElement("span");
  name.textContent = taken.article_id;
  row.append(outcome, name);
  const problem = fill(words.problems[taken.problem] ?? taken.detail ?? "", taken);
  const more = problem || (taken.sentences ? `${words.sentences} ${taken.sentences}` : "");
  if (more) row.append(Object.assign(document.createElement("small"), { textContent: more }));
  section().querySelector(".yj-taken").prepend(row);
}

function progress(text, share) {
  const box = section().querySelector(".yj-progress");
  box.hidden = false;
  box.querySelector("span").textContent = text;
  const bar = box.querySelector("progress");
  share === undefined ? bar.removeAttribute("value") : (bar.value = share);
}

async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const parts = (rest + value).split("\n\n");
    rest = parts.pop();
    for (const part of parts) {
      const [, name, data] = part.match(/^event: (.*)\ndata: (.*)$/s) ?? [];
      if (name) yield [name, JSON.parse(data)];
    }
  }
}

// What is not sent is told of in its own row, and the rest goes on.
function fitting(given) {
  const skip = (name, text, values = {}) =>
    told({ outcome: "skipped", article_id: name, detail: fill(text, { ...limits, ...values }) });
  let sum = 0;
  const sent = given.slice(0, limits.n).filter(([name, file]) => {
    if (file.size > limits.mb * 2 ** 20) {
      skip(name, words.too_large);
    } else if (sum + file.size > (limits.sum - 1) * 2 ** 20) {
      skip(name, words.too_much);
    } else {
      sum += file.size;
      return true;
    }
    return false;
  });
  const rest = given.length - limits.n;
  if (rest > 0) skip(fill(words.more_files, { rest }), words.too_many);
  return sent;
}

let before = Promise.resolve(); // one batch at a time, in the order in which they were given
let batches = 0;
function add(files, lost = []) {
  if (!batches) section().querySelector(".yj-taken").replaceChildren();
  batches += 1;
  before = before.then(() => addNow(files, lost)).finally(() => { batches -= 1; });
}

async function addNow(files, lost) {
  lost.forEach((name) => told({ outcome: "failed", article_id: name, problem: "unreadable" }));
  const given = files.filter(([name]) => !name.split("/").some((part) => part.startsWith(".")));
  const sent = fitting(given);
  if (!sent.length) return;
  const body = new FormData();
  sent.forEach(([name, file]) => body.append("files", file, name));
  progress(`${words.uploading} (${sent.length})`);
  let seen = 0;
  let failed = errors.other;
  try {
    const response = await fetch("../api/articles", { method: "POST", body });
    if (!response.ok) throw new Error((await response.json()).error.code);
    progress(`${words.reading} 0 / ${sent.length}`); // a large file takes minutes
    for await (const [name, data] of events(response)) {
      if (name === "waiting") {
        progress(words.waiting);
      } else if (name === "article") {
        told(data);
        seen += 1;
        progress(`${words.reading} ${seen} / ${Math.max(seen, sent.length)}`, seen / Math.max(seen, sent.length));
      } else if (name === "done") {
        failed = "";
        progress(fill(words.summary, { ...data, skipped: (data.skipped ?? 0) + given.length - sent.length }), 1);
      } else if (name === "error") {
        failed = errors[data.error.code] ?? errors.other;
      }
    }
  } catch (error) {
    failed = errors[error.message] ?? errors.other;
  }
  if (failed) progress(failed, 0);
  trigger("upload", {});
}

async function* walk(entry, path = "") {
  try {
    yield* inside(entry, path);
  } catch { // it was moved or may not be read: it has a row of its own, and the others go on
    unreadable.push(path + entry.name);
  }
}

let unreadable = [];
async function* inside(entry, path) {
  if (entry.isFile) {
    yield [path + entry.name, await new Promise((resolve, reject) => entry.file(resolve, reject))];
  } else {
    const reader = entry.createReader();
    for (;;) {
      const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (!some.length) return;
      for (const inner of some) yield* walk(inner, `${path}${entry.name}/`);
    }
  }
}

element.addEventListener("change", (e) => {
  add([...e.target.files].map((file) => [file.webkitRelativePath || file.name, file]));
  e.target.value = "";
});
element.addEventListener("dragover", (e) => { e.preventDefault(); section().dataset.over = ""; });
element.addEventListener("dragleave", () => { delete section().dataset.over; });
element.addEventListener("drop", async (e) => {
  e.preventDefault();
  delete section().dataset.over;
  const entries = [...e.dataTransfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
  const files = [];
  for (const entry of entries) for await (const file of walk(entry)) files.push(file);
  add(files, unreadable);
  unreadable = [];
});
