// The whole page: its language, keys, and the parts of Gradio's own that a screen reader would stumble over.
() => {
  const root = document.documentElement;
  const speak = () => { if (root.lang !== LANGUAGE) root.lang = LANGUAGE; };
  speak();
  new MutationObserver(speak).observe(root, { attributeFilter: ["lang"] }); // Gradio sets the browser's own
  document.title = TITLE;
  const room = () => document.querySelector("#yj-chat").dataset;
  const box = () => document.querySelector("#yj-question textarea");
  // The Enter that ends the composing of Chinese characters sends nothing.
  const composed = (e) => { if (e.key === "Enter" && (e.isComposing || e.keyCode === 229)) e.stopPropagation(); };
  for (const name of ["keydown", "keypress"]) document.addEventListener(name, composed, true);
  document.addEventListener("keydown", (e) => {
    const typing = e.target.closest?.("input, textarea, select, [contenteditable]");
    if (e.key === "/" && !typing && !e.ctrlKey && !e.metaKey && !e.altKey && box()) {
      e.preventDefault();
      box().focus();
    } else if (e.key === "Escape" && !e.isComposing && e.keyCode !== 229 && !e.target.closest?.("#yj-filters")) {
      escape();
    }
  });
  // Esc takes away what lies on top, one thing at a time; an answer that is being written comes last.
  function escape() {
    const stop = document.querySelector("#yj-stop");
    const article = document.querySelector("#yj-article [data-close]");
    if (document.querySelector("#yj-hover:not([hidden])")) document.dispatchEvent(new CustomEvent("youju:uncover"));
    else if (room().side) delete room().side;
    else if (room().panel === "open") document.dispatchEvent(new CustomEvent("youju:close"));
    else if (article?.offsetParent) article.click();
    else if (stop?.offsetParent) stop.click();
  }
  document.querySelectorAll(".yj-languages a").forEach((link) => {
    link.addEventListener("click", () => {
      link.search = location.search;
      document.cookie = `youju_language=${link.dataset.language}; path=${new URL("..", location.href).pathname}; max-age=31536000; samesite=lax`;
    });
  });
  const toggle = document.querySelector(".yj-side-toggle");
  toggle?.addEventListener("click", () => {
    if (room().side) delete room().side;
    else room().side = "open";
    if (room().side) document.querySelector("#yj-new").focus();
  });
  new MutationObserver(() => toggle?.setAttribute("aria-expanded", String(Boolean(room().side))))
    .observe(document.querySelector("#yj-chat"), { attributeFilter: ["data-side"] });
  document.addEventListener("click", (e) => {
    if (!e.target.closest("#yj-side, .yj-side-toggle")) delete room().side;
  });
  document.querySelector(".yj-skip")?.addEventListener("click", (e) => { e.preventDefault(); box()?.focus(); });
}
