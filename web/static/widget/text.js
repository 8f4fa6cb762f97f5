const HANS = "这来们说时会国过对为学发经动业产现实关进开机点问级万亿个后里与从无长设计电东车书见网资";
const HANT = "這來們說時會國過對為學發經動業產現實關進開機點問級萬億個後裡與從無長設計電東車書見網資";

/** The language that a text is marked with for fonts and screen readers. */
function langOf(text) {
  if (!/[\u3400-\u9fff]/.test(text)) return "en";
  const count = (of) => [...text].filter((character) => of.includes(character)).length;
  const more = count(HANS) - count(HANT);
  return more > 0 ? "zh-Hans" : more < 0 ? "zh-Hant" : "zh";
}

/** Where character `n` of the server's stands: it counts code points, JavaScript UTF-16 units. */
function unitAt(text, n) {
  let at = 0;
  for (; n > 0 && at < text.length; n--) at += text.codePointAt(at) > 0xffff ? 2 : 1;
  return at;
}

/** An element such as `p.note`. Strings become text, whatever they say; functions listen. */
function make(name, given, ...children) {
  const [tag, ...classes] = name.split(".");
  const made = document.createElement(tag);
  made.classList.add(...classes);
  for (const [key, value] of Object.entries(given ?? {})) {
    if (typeof value === "function") made.addEventListener(key.slice(2), value);
    else if (value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child));
  return made;
}

const ICONS = {
  chat: "M21 12a8 8 0 0 1-8 8H4l2-3a8 8 0 1 1 15-5M9 10h7M9 14h4",
  close: "M6 6l12 12M18 6L6 18",
  back: "M14 6l-6 6 6 6",
  fresh: "M12 5v14M5 12h14",
  ask: "M12 19V5M6 11l6-6 6 6",
  stop: "M8 8h8v8H8z",
};

function icon(name) {
  const [drawing, path] = ["svg", "path"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICONS[name]);
  drawing.append(path);
  return drawing;
}

/** A button that is an icon with a name. */
const iconButton = (name, label, onclick) => make("button.icon", { title: label, "aria-label": label, onclick }, icon(name));
