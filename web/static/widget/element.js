const script = document.currentScript;
const HOME = new URL(".", script?.src || document.baseURI).href;
const MOST = 2000; // characters of a question, as the server counts them
const KEPT = 6; // exchanges that go along with the next question
const OPTIONS = ["server", "key", "lang", "heading", "greeting", "position", "theme", "open", "inline", "sources", "articles", "since", "until"];
// A sheet of this kind needs nothing of the page's Content-Security-Policy.
const SHEET = new CSSStyleSheet();
SHEET.replaceSync(STYLE);

/** <youju-chat>: a button that opens the chat, or with `inline` the chat itself. */
class YoujuChat extends HTMLElement {
  #words; #server; #panel; #bubble; #views; #log; #hint; #box; #send;
  #turns = [];
  #going = null;
  #source = null;
  #isFollowing = true;

  connectedCallback() {
    if (!this.shadowRoot) this.#build();
  }

  disconnectedCallback() {
    this.stop();
  }

  // -- what a page may call ------------------------------------------------------------------

  /** Open the chat and go to its question. */
  open() {
    this.#show();
    this.#box.focus();
  }

  close() {
    if (this.#isInline || !this.#panel.open) return;
    this.#panel.close();
    this.#bubble.setAttribute("aria-expanded", "false");
    this.#bubble.focus();
  }

  /** Ask, with the conversation before it. Gives the Answer; nothing where none came. */
  async ask(question) {
    question = question.trim();
    const count = [...question].length;
    this.#hint.textContent = count > MOST ? fill(this.#words.too_long, { n: count, most: MOST }) : "";
    if (!count || count > MOST) return undefined;
    this.#show();
    this.stop();
    const exchange = new Exchange(question, this.#words, (cited, from) => this.#openSource(cited, from));
    this.#log.append(exchange.element);
    this.#isFollowing = true;
    return this.#answer(exchange);
  }

  /** Stop the answer that is being given. */
  stop() {
    this.#going?.abort();
  }

  // -- asking --------------------------------------------------------------------------------

  async #answer(exchange) {
    const going = (this.#going = new AbortController());
    this.#settled();
    this.#follow(exchange);
    try {
      for await (const { event, data } of this.#server.ask(this.#asked(exchange.question), going.signal)) {
        exchange.take(event, data);
        this.#follow(exchange);
        if (event === "done") return this.#keep(data);
      }
    } catch (trouble) {
      exchange.fail(this.#told(trouble), () => this.#again(exchange));
      this.#follow(exchange);
      if (!trouble.words && trouble.name !== "AbortError") throw trouble; // a defect of ours
    } finally {
      if (this.#going === going) this.#going = null;
      this.#settled();
    }
    return undefined;
  }

  #asked(question) {
    const listed = (name) => this.getAttribute(name)?.split("|").map((one) => one.trim());
    const [since, until] = [this.getAttribute("since"), this.getAttribute("until")];
    const filters = { sources: listed("sources"), articles: listed("articles"), since: since || undefined, until: until || undefined };
    return { question, history: this.#turns, filters, stream: true };
  }

  #keep(answer) {
    const said = answer.answer.slice(0, unitAt(answer.answer, 20_000)); // the most that a turn may have
    this.#turns.push({ role: "user", content: answer.question }, { role: "assistant", content: said });
    this.#turns = this.#turns.slice(-2 * KEPT);
    this.dispatchEvent(new CustomEvent("youju:answer", { detail: answer, bubbles: true, composed: true }));
    return answer;
  }

  #told(trouble) {
    if (trouble.name === "AbortError") return this.#words.stopped;
    const told = fill(this.#words[trouble.words ?? "failed"], { n: trouble.seconds });
    return trouble.words && trouble.message ? `${told} (${trouble.message})` : told;
  }

  #again(exchange) {
    exchange.element.remove();
    this.ask(exchange.question);
    this.#box.focus();
  }

  #settled() {
    const name = this.#going ? "stop" : "ask";
    this.#send.replaceChildren(icon(name));
    for (const label of ["title", "aria-label"]) this.#send.setAttribute(label, this.#words[name]);
  }

  /** The last question stays at the top, its answer below, until somebody scrolls. */
  #follow(exchange) {
    if (this.#isFollowing) this.#log.scrollTop = exchange.element.offsetTop - 8;
  }

  #begin() {
    this.stop();
    this.#turns = [];
    this.#log.replaceChildren(this.#greeting());
    this.#box.focus();
  }

  // -- sources -------------------------------------------------------------------------------

  #openSource(cited, from) {
    this.#closeSource();
    const source = new Source(cited, this.#words, () => this.#closeSource());
    this.#source = { source, from };
    from.setAttribute("aria-current", "true");
    this.#views.append(source.element);
    source.heading.focus({ preventScroll: true });
    source.load(this.#server);
  }

  #closeSource() {
    if (!this.#source) return;
    const { source, from } = this.#source;
    this.#source = null;
    source.element.remove();
    from.removeAttribute("aria-current");
    from.focus({ preventScroll: true });
  }

  // -- the element ---------------------------------------------------------------------------

  #build() {
    const language = languageOf([this.lang, document.documentElement.lang, ...navigator.languages]);
    this.#words = wordsIn(language);
    this.#server = new Server(this.getAttribute("server") || HOME, this.getAttribute("key"));
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [SHEET];
    const frame = make("div.root", { lang: LANGUAGES[language], "data-position": this.getAttribute("position") || "right" });
    const heading = this.getAttribute("heading") || this.#words.title;
    this.#panel = this.#makePanel(heading, this.#isInline);
    const toggle = () => (this.#panel.open ? this.close() : this.open());
    this.#bubble = make("button.bubble", { "aria-label": heading, "aria-haspopup": "dialog", "aria-expanded": "false", onclick: toggle }, icon("chat"));
    frame.append(this.#panel, this.#isInline ? "" : this.#bubble);
    root.append(frame);
    this.#settled();
    if (this.hasAttribute("open") && !isPhone()) this.#show();
  }

  #makePanel(heading, isInline) {
    const words = this.#words;
    this.#log = make("div.log", { role: "log", tabindex: "0", "aria-label": words.log }, this.#greeting());
    this.#views = make("div.views", null, this.#log);
    for (const name of ["wheel", "touchmove", "keydown"]) {
      this.#log.addEventListener(name, () => (this.#isFollowing = false), { passive: true });
    }
    this.#log.addEventListener("keydown", stepped);
    const buttons = [iconButton("fresh", words.fresh, () => this.#begin()), !isInline && iconButton("close", words.close, () => this.close())];
    const panel = make(
      isInline ? "section.panel" : "dialog.panel", { "aria-label": heading },
      make("header", null, make("h2", null, heading), ...buttons), this.#views, this.#makeForm(),
    );
    panel.addEventListener("cancel", (event) => (event.preventDefault(), this.#escape()));
    // The page around must not take what is written for its own shortcuts.
    for (const name of ["keydown", "keyup", "keypress"]) panel.addEventListener(name, (event) => this.#key(event));
    return panel;
  }

  #makeForm() {
    const words = this.#words;
    this.#box = make("textarea", { rows: "2", placeholder: words.placeholder, "aria-label": words.placeholder, enterkeyhint: "send" });
    this.#send = iconButton("ask", words.ask, () => (this.#going ? this.stop() : this.#submit()));
    this.#send.classList.add("send");
    this.#hint = make("p.hint", { role: "alert" });
    this.#box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || isComposing(event)) return;
      event.preventDefault();
      if (!this.#going) this.#submit();
    });
    return make("div.form", null, this.#hint, make("div.line", null, this.#box, this.#send));
  }

  #submit() {
    const question = this.#box.value;
    this.ask(question);
    if (!this.#hint.textContent) this.#box.value = "";
    this.#box.focus();
  }

  #greeting() {
    return make("p.greeting", null, this.getAttribute("greeting") || this.#words.greeting);
  }

  #key(event) {
    event.stopPropagation();
    if (event.type !== "keydown" || event.key !== "Escape" || isComposing(event)) return;
    event.preventDefault();
    this.#escape();
  }

  #escape() {
    if (this.#source) this.#closeSource();
    else this.close();
  }

  get #isInline() {
    return this.hasAttribute("inline");
  }

  #show() {
    if (this.#isInline || this.#panel.open) return;
    if (isPhone()) this.#panel.showModal(); // it covers the page
    else this.#panel.open = true; // unlike show(), it leaves the focus where it is
    this.#bubble.setAttribute("aria-expanded", "true");
  }
}

const isPhone = () => matchMedia("(max-width: 480px)").matches;
const isComposing = (event) => event.isComposing || event.keyCode === 229;

/** The arrow keys go from number to number. */
function stepped(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step || !event.target.matches(".cite")) return;
  event.preventDefault();
  const all = [...event.currentTarget.querySelectorAll(".cite")];
  all[(all.indexOf(event.target) + step + all.length) % all.length].focus();
}

/** Put the chat on the page of the script, unless that has put one there itself. */
function begin() {
  if (document.querySelector("youju-chat")) return;
  const chat = document.createElement("youju-chat");
  const isPage = "embed" in script.dataset; // which has its options in its address, where no server sees the key
  const given = isPage ? Object.fromEntries(new URLSearchParams(location.hash.slice(1))) : { ...script.dataset };
  given.heading = given.title;
  given.server ??= HOME;
  if (isPage) {
    given.server = HOME; // a link does not choose whom this page asks
    given.inline = "page";
    document.documentElement.lang = LANGUAGES[languageOf([given.lang, ...navigator.languages])];
  }
  for (const name of OPTIONS) if (given[name] !== undefined) chat.setAttribute(name, given[name]);
  document.body.append(chat);
}

if (!customElements.get("youju-chat")) customElements.define("youju-chat", YoujuChat);
if (script && !("manual" in script.dataset)) {
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
}
