// The conversation: hover cards, opening sources, copying, feedback, and moving through citations by keyboard.
const words = props.words;
const room = document.querySelector("#yj-chat");
const card = document.createElement("div");
card.className = "yj-hover";
card.id = "yj-hover";
card.setAttribute("role", "tooltip");
card.hidden = true;
(element.closest(".gradio-container") ?? document.body).append(card); // where the page's own styles reach
let hiding = 0;
let anchor = null;
let open = null; // the citation in the panel
let done = new Set(); // answers that were shown whole

const citationOf = (button) => JSON.parse(button.dataset.citation);
const line = (name, text) => {
  const part = document.createElement(name);
  part.textContent = text;
  return part;
};

function showCard(button) {
  clearTimeout(hiding);
  const cited = citationOf(button);
  const about = [cited.source, cited.published].filter(Boolean).join(" · ");
  card.replaceChildren(line("strong", cited.title), line("small", about), line("q", cited.quote));
  card.hidden = false;
  anchor = button;
  button.setAttribute("aria-describedby", card.id);
  const at = button.getBoundingClientRect();
  const size = card.getBoundingClientRect();
  const left = Math.max(8, Math.min(at.left + at.width / 2 - size.width / 2, innerWidth - size.width - 8));
  const above = at.top - size.height - 8;
  card.style.left = `${left}px`;
  card.style.top = `${above >= 8 ? above : at.bottom + 8}px`;
}

function hideCard() {
  clearTimeout(hiding);
  card.hidden = true;
  anchor?.removeAttribute("aria-describedby");
  anchor = null;
}

const hideSoon = () => { clearTimeout(hiding); hiding = setTimeout(hideCard, 200); };
card.addEventListener("mouseenter", () => clearTimeout(hiding));
card.addEventListener("mouseleave", hideSoon);
element.addEventListener("mouseover", (e) => { const b = e.target.closest(".yj-cite"); if (b) showCard(b); });
element.addEventListener("mouseout", (e) => { if (e.target.closest(".yj-cite")) hideSoon(); });
element.addEventListener("focusin", (e) => { if (e.target.matches(".yj-cite:focus-visible")) showCard(e.target); });
element.addEventListener("focusout", (e) => { if (e.target.closest(".yj-cite")) hideSoon(); });
document.addEventListener("youju:uncover", hideCard);
addEventListener("scroll", hideCard, { capture: true, passive: true });

// -- the source ------------------------------------------------------------------------------

function mark() {
  element.querySelectorAll("[aria-current]").forEach((b) => b.removeAttribute("aria-current"));
  if (open) buttonsOf(open.answer)[open.at]?.setAttribute("aria-current", "true");
}

const exchange = (answer) => element.querySelector(`[data-answer="${CSS.escape(answer)}"]`) || element.querySelector(".yj-exchange:last-child");
const buttonsOf = (answer) => [...(exchange(answer)?.querySelectorAll(".yj-cite") ?? [])];

function openSource(button, byHand) {
  const answer = button.closest(".yj-exchange")?.dataset.answer ?? "";
  const cited = citationOf(button);
  const at = button.matches(".yj-cite")
    ? buttonsOf(answer).indexOf(button)
    : buttonsOf(answer).findIndex((b) => citationOf(b).number === cited.number);
  open = { answer, at: Math.max(at, 0) };
  hideCard();
  mark();
  if (byHand) {
    room.dataset.panel = "open";
    room.dataset.panelFrom = "hand";
  } else {
    room.dataset.panelFrom = "answer";
  }
  trigger("select", { citation: cited });
}

document.addEventListener("youju:step", (e) => {
  if (!open) return;
  const buttons = buttonsOf(open.answer);
  const next = buttons[(open.at + e.detail + buttons.length) % buttons.length];
  if (next) openSource(next, true);
});
document.addEventListener("youju:closed", () => {
  const button = open && buttonsOf(open.answer)[open.at];
  open = null;
  mark();
  button?.focus({ preventScroll: true });
});

// -- buttons ---------------------------------------------------------------------------------

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const box = document.createElement("textarea"); // pages that are not served by https have no clipboard
    box.value = text;
    document.body.append(box);
    box.select();
    const copied = document.execCommand("copy");
    box.remove();
    return copied;
  }
}

function tell(section, text) {
  const told = section.querySelector(".yj-told");
  told.textContent = text;
  setTimeout(() => { if (told.textContent === text) told.textContent = ""; }, 4000);
}

async function give(section, feedback) {
  try {
    const taken = await server.feedback({ answer: section.dataset.answer, ...feedback });
    if (taken !== true) throw new Error("not taken"); // Gradio hands over what was wrong as if it were the value
    stateOf(section).liked = feedback.good ? "good" : "bad";
    restore(section);
    tell(section, words.thanks);
  } catch {
    tell(section, words.failed);
  }
}

element.addEventListener("click", async (e) => {
  const button = e.target.closest("button");
  if (!button) return;
  const section = button.closest(".yj-exchange");
  if (button.matches(".yj-cite, .yj-source")) {
    openSource(button, true);
  } else if (button.dataset.copy) {
    const link = button.dataset.copy === "link";
    const text = link ? new URL(button.dataset.text, location.origin + location.pathname).href : button.dataset.text;
    tell(section, (await copy(text)) ? words.copied : words.not_copied);
  } else if (button.matches("[data-retry]")) {
    trigger("retry", { answer: section.dataset.answer });
  } else if (button.dataset.ask) {
    document.dispatchEvent(new CustomEvent("youju:asked", { detail: button.dataset.ask }));
    trigger("retry", { question: button.dataset.ask });
  } else if (button.dataset.like === "good") {
    stateOf(section).feedback = null;
    restore(section);
    give(section, { good: true });
  } else if (button.dataset.like === "bad") {
    const form = section.querySelector(".yj-feedback");
    stateOf(section).feedback = form.hidden ? written(form) : null;
    restore(section);
    if (!form.hidden) form.querySelector("input").focus();
  }
});

element.addEventListener("submit", (e) => {
  e.preventDefault();
  const section = e.target.closest(".yj-exchange");
  const { reason, comment } = written(e.target);
  stateOf(section).feedback = null;
  restore(section);
  section.querySelector("[data-like=bad]").focus();
  give(section, { good: false, reason: reason || "other", comment });
});

element.addEventListener("toggle", async (e) => {
  const section = e.target.closest(".yj-exchange");
  if (!section?.dataset.answer) return;
  const state = stateOf(section);
  const at = detailsOf(section).indexOf(e.target);
  e.target.open ? state.opened.add(at) : state.opened.delete(at);
  if (!e.target.matches(".yj-found") || !e.target.open || state.found) return;
  const body = e.target.querySelector(".yj-found-body");
  body.textContent = words.wait;
  try {
    const found = await server.found(section.dataset.answer); // escaped on the server
    if (typeof found !== "string") throw new Error("not found");
    state.found = found;
    restore(exchange(section.dataset.answer)); // which may have been made anew meanwhile
  } catch {
    body.textContent = words.failed;
  }
}, true);

element.addEventListener("keydown", (e) => {
  if (!e.target.matches(".yj-cite")) return;
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key];
  if (!step) return;
  e.preventDefault();
  const all = [...element.querySelectorAll(".yj-cite")];
  all[(all.indexOf(e.target) + step + all.length) % all.length].focus();
});

// -- what was asked, before the server says anything ---------------------------------------------

document.addEventListener("youju:asked", (e) => {
  const pending = document.createElement("section");
  pending.className = "yj-exchange yj-pending";
  const question = Object.assign(line("h2", e.detail), { className: "yj-question" });
  const answer = Object.assign(document.createElement("div"), { className: "yj-answer", ariaBusy: "true" });
  answer.append(Object.assign(line("p", words.looking), { className: "yj-busy" }));
  pending.append(question, answer);
  element.querySelector(".yj-transcript").append(pending);
  isFollowing = true;
  follow(pending);
});
document.addEventListener("youju:settled", () => {
  const pending = element.querySelector(".yj-pending"); // the server has shown nothing of it
  const box = document.querySelector("#yj-question textarea");
  if (pending && box && !box.value) fill(box, pending.querySelector(".yj-question").textContent);
  pending?.remove();
});

// Answers that were left for another conversation: what is still shown of one is not what is to be seen.
const left = new Map();
document.addEventListener("youju:opening", (e) => {
  const run = element.querySelector(".yj-transcript")?.dataset.run;
  if (run && element.querySelector("[aria-busy=true]")) left.set(run, e.detail);
});
document.addEventListener("click", (e) => {
  if (e.target.closest("#yj-new")) document.dispatchEvent(new CustomEvent("youju:opening", { detail: "" }));
});

// -- what the server sends -------------------------------------------------------------------

const scroller = element.closest("#yj-transcript");
let isFollowing = true; // until somebody scrolls away
for (const name of ["wheel", "touchmove", "keydown"]) {
  scroller.addEventListener(name, () => { isFollowing = false; }, { passive: true });
}
function follow(last) {
  const top = last.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
  if (isFollowing) scroller.scrollTop += top - 4; // the last question at the top, its answer below
}

let isOpening = true; // the address says what to show, not the other way round

const asked = (exchange) => exchange?.querySelector(".yj-question")?.lastElementChild?.textContent ?? "";

function arrived() {
  const transcript = element.querySelector(".yj-transcript");
  if (!transcript) return;
  if (left.has(transcript.dataset.run)) {
    document.dispatchEvent(new CustomEvent("youju:reopen", { detail: left.get(transcript.dataset.run) }));
    return;
  }
  const last = element.querySelector(".yj-exchange:last-child");
  const busy = element.querySelector("[aria-busy=true]");
  hideCard();
  const address = new URL(location.href);
  if (!isOpening && !transcript.dataset.single && !busy) {
    const kept = transcript.dataset.conversation;
    address.searchParams.delete("answer");
    kept ? address.searchParams.set("c", kept) : address.searchParams.delete("c");
    if (address.href !== location.href) history.replaceState(null, "", address);
  }
  const question = asked(last);
  if (busy) {
    sessionStorage.setItem("youju-asked", question);
  } else {
    sessionStorage.removeItem("youju-asked");
  }
  if (busy && !last.querySelector(".yj-sentence")) isFollowing = true;
  if (last) follow(last);
  const answer = last?.dataset.answer;
  const wide = matchMedia("(min-width: 1100px)").matches;
  if (answer && !done.has(answer) && wide) {
    const first = last.querySelector(".yj-cite");
    if (first) openSource(first, false);
    else document.dispatchEvent(new CustomEvent("youju:close"));
  }
  element.querySelectorAll("[data-answer]").forEach(restore);
  refocus();
  room.dataset.single = transcript.dataset.single;
  done = new Set([...element.querySelectorAll("[data-answer]")].map((s) => s.dataset.answer));
  mark();
}

// A question that was being answered when the page went is put back into the box, and taken out again where its answer
// comes after all: it is made and kept though nobody waits for it.
function fill(box, text) {
  box.value = text;
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

async function recover(question) {
  const box = () => document.querySelector("#yj-question textarea");
  const conversationOf = async () => {
    const [latest] = await (await fetch("../api/conversations")).json();
    const exchanges = latest ? await (await fetch(`../api/conversations/${latest.id}`)).json() : [];
    return exchanges.at(-1)?.answer.question === question ? latest.id : "";
  };
  for (const wait of [500, 500, 1000, 2000, 4000, 8000, 16000, 32000]) {
    await new Promise((done) => setTimeout(done, wait));
    if (wait === 500 && box() && !box().value) fill(box(), question);
    if (box()?.value !== question) return; // it was asked again, or is no longer wanted
    const kept = await conversationOf().catch(() => "");
    if (!kept) continue;
    fill(box(), "");
    if (asked(element.querySelector(".yj-exchange:last-child")) !== question) {
      document.dispatchEvent(new CustomEvent("youju:reopen", { detail: kept }));
    }
    return;
  }
}

const lost = sessionStorage.getItem("youju-asked");
if (lost) {
  sessionStorage.removeItem("youju-asked");
  recover(lost);
}

watch("value", arrived);
arrived();
isOpening = false;
