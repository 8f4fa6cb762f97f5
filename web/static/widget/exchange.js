/** A question and its answer, as far as it has come. What is shown is added to, never made anew: it is read out as it comes. */
class Exchange {
  /** `open(citation, button)` shows a source. */
  constructor(question, words, open) {
    Object.assign(this, { question, words, open });
    this.citations = new Map();
    this.said = 0;
    this.busy = make("p.soft", null, words.looking);
    this.body = make("div.answer", { "data-busy": "" }, this.busy);
    const asked = make("span.hidden", null, words.asked);
    this.element = make("section.exchange", null, make("h3", { lang: langOf(question) }, asked, question), this.body);
  }

  take(event, data) {
    if (event === "citation") this.citations.set(data.number, data);
    if (event === "sentence") this.#say(data);
    if (event === "done") this.#finish(data);
  }

  /** Say why there is no more of it, with the way out. */
  fail(told, again) {
    this.#settle();
    const button = make("button.again", { onclick: again }, this.words.again);
    this.body.append(make("p.warning", null, told, " ", button));
  }

  #settle() {
    this.busy.remove();
    delete this.body.dataset.busy;
  }

  #say(said) {
    this.said++;
    this.busy.before(said.standing ? this.#card(said) : this.#sentence(said));
  }

  #finish(answer) {
    const words = this.words;
    for (const citation of answer.citations) this.citations.set(citation.number, citation);
    answer.sentences.slice(this.said).forEach((said) => this.#say(said));
    this.#settle();
    this.body.dataset.status = answer.status;
    if (words[answer.status]) this.body.prepend(make("p.status", null, words[answer.status]));
    if (answer.status === "no_evidence") this.body.append(make("p", { lang: langOf(answer.answer) }, answer.answer));
    for (const warning of answer.warnings) this.body.append(make("p.warning", { lang: langOf(warning) }, warning));
    if (answer.nearest.length) {
      const facts = answer.nearest.map((said) => this.#sentence(said));
      this.body.append(make("div.nearest", null, make("p.label", null, words.nearest), ...facts));
    }
    if (answer.mode === "llm") this.body.append(make("p.soft", null, fill(words.by_model, { model: answer.model ?? "" })));
    if (this.citations.size) this.body.append(this.#sources());
  }

  #sentence(said) {
    const numbers = said.citations.filter((n) => this.citations.has(n)).map((n) => this.#number(this.citations.get(n)));
    const text = make("span.said", { lang: langOf(said.text) }, said.text);
    return make("div.sentence", { "data-verdict": said.verdict }, text, ...numbers,
      said.computed && make("span.soft", null, " " + this.words.computed),
      said.verdict !== "supported" && this.#why(said.reasons),
    );
  }

  #why(reasons) {
    const list = make("ul", null, ...reasons.map((reason) => make("li", null, reason)));
    return make("details.why", null, make("summary", null, this.words.in_part), list);
  }

  /** One of several values that do not agree, with where and when it was said. */
  #card(said) {
    const cited = this.citations.get(said.citations[0]);
    const label = this.words[said.standing];
    const about = [label && make("strong", null, label), cited?.published, cited?.source || cited?.title];
    const parts = about.filter(Boolean).map((part) => make("span", null, part));
    return make("div.card", { "data-kind": said.standing }, make("p.soft.about", null, ...parts), this.#sentence(said));
  }

  #number(cited) {
    const label = fill(this.words.citation, { n: cited.number, title: cited.title });
    return make("button.cite", { title: cited.quote, "aria-label": label, onclick: this.#opener(cited) }, String(cited.number));
  }

  /** The articles cited, in the order in which they are cited first. */
  #sources() {
    const articles = new Map();
    for (const cited of this.citations.values()) {
      articles.set(cited.article_id, [...(articles.get(cited.article_id) ?? []), cited]);
    }
    const lines = [...articles.values()].map(([cited, ...others]) => {
      const numbers = [cited, ...others].map((one) => one.number).join(" ");
      const about = [cited.title, cited.source, cited.published].filter(Boolean).join(" · ");
      const number = make("span.number", null, numbers);
      return make("li", null, make("button.source-line", { lang: langOf(about), onclick: this.#opener(cited) }, number, about));
    });
    return make("div.sources", null, make("p.label", null, this.words.sources), make("ol", null, ...lines));
  }

  #opener(cited) {
    return (event) => this.open(cited, event.currentTarget);
  }
}
