// The whole page: its language, keys, and the parts of Gradio's own that a screen reader would stumble over.
() => {
  document.documentElement.lang = LANGUAGE;
  document.title = TITLE;
  const box = () => document.querySelector("#yj-question textarea");
  document.addEventListener("keydown", (e) => {
    // The Enter that ends the composing of Chinese characters sends nothing.
    if (e.key === "Enter" && (e.isComposing || e.keyCode === 229)) e.stopPropagation();
  }, true);
  document.addEventListener("keydown", (e) => {
    const typing = e.target.closest?.("input, textarea, select, [contenteditable]");
    if (e.key === "/" && !typing && !e.ctrlKey && !e.metaKey && !e.altKey && box()) {
      e.preventDefault();
      box().focus();
    } else if (e.key === "Escape" && document.querySelector("#yj-stop")?.offsetParent) {
      document.querySelector("#yj-stop").click();
    } else if (e.key === "Escape") {
      delete document.body.dataset.side;
    }
  });
  document.querySelectorAll(".yj-languages a").forEach((link) => {
    link.addEventListener("click", () => {
      link.search = location.search;
      document.cookie = `youju_language=${link.dataset.language}; path=/; max-age=31536000; samesite=lax`;
    });
  });
  document.querySelector(".yj-side-toggle")?.addEventListener("click", () => {
    document.body.dataset.side === "open" ? delete document.body.dataset.side : (document.body.dataset.side = "open");
  });
  document.querySelector(".yj-skip")?.addEventListener("click", (e) => { e.preventDefault(); box()?.focus(); });
}
