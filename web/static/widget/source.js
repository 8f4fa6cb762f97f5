/** The article that a citation is from, its words marked; where they cannot be shown in it, the quotation and why. */
class Source {
  constructor(cited, words, close) {
    Object.assign(this, { cited, words });
    this.heading = make("h3", { tabindex: "-1", lang: langOf(cited.title) }, cited.title || cited.article_id);
    this.body = make("div.article", { role: "group", tabindex: "0", "aria-label": cited.title || cited.article_id });
    const about = [cited.source, cited.published].filter(Boolean).join(" · ");
    const back = iconButton("back", words.back, close);
    const number = make("span.number", null, String(cited.number));
    const link = /^https?:\/\//i.test(cited.url) &&
      make("a", { href: cited.url, target: "_blank", rel: "noopener noreferrer" }, words.original);
    this.element = make("section.source", { "aria-label": fill(words.citation, { n: cited.number, title: cited.title }) },
      make("header", null, back, number, this.heading),
      make("p.soft.about", null, about && make("span", null, about), link),
      this.body,
    );
  }

  /** Fetch the article and show the cited characters in it. */
  async load(server) {
    let text;
    try {
      const article = await server.article(this.cited.article_id);
      if (article.version !== this.cited.version) return this.#quote(this.words.changed);
      text = article.text;
    } catch (trouble) {
      return this.#quote(trouble.status === 404 ? this.words.gone : this.words.unread);
    }
    const [start, end] = [this.cited.start, this.cited.end].map((n) => unitAt(text, n));
    if (text.slice(start, end) !== this.cited.quote) return this.#quote(this.words.changed);
    const { answer } = this.cited;
    const words = answer ? [unitAt(text, answer.start), unitAt(text, answer.end)] : [start, start];
    this.body.lang = langOf(text);
    this.body.replaceChildren(...paragraphs(text, [start, end], words));
    this.body.scrollTop = this.body.querySelector("mark").offsetTop - this.body.clientHeight / 3;
  }

  #quote(why) {
    const quote = make("blockquote", { lang: langOf(this.cited.quote) }, this.cited.quote);
    this.body.replaceChildren(make("p.warning", { role: "status" }, why), quote);
  }
}

/** A text's lines, what is cited of them marked, and in that the words that answer. Spans are in UTF-16 units. */
function paragraphs(text, [start, end], [from, to]) {
  let at = 0;
  return text.split("\n").map((line) => {
    const inside = (n) => Math.min(Math.max(n - at, 0), line.length);
    const between = (a, b) => line.slice(inside(a), inside(b));
    const marked = [between(start, from), between(from, to) && make("strong", null, between(from, to)), between(to, end)];
    const isCited = between(start, end) && make("mark", null, ...marked);
    const made = make("p", null, between(at, start), isCited, between(end, at + line.length));
    at += line.length + 1;
    return made;
  });
}
