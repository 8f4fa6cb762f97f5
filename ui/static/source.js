// The side panel: scrolled to what is cited, with steps to the other citations of the answer.
const room = document.querySelector("#yj-chat");
const close = () => {
  const byHand = room.dataset.panelFrom === "hand";
  delete room.dataset.panel;
  element.querySelector(".yj-panel")?.setAttribute("hidden", "");
  if (byHand) document.dispatchEvent(new CustomEvent("youju:closed"));
};

element.addEventListener("click", (e) => {
  const button = e.target.closest("button");
  if (button?.dataset.step) {
    document.dispatchEvent(new CustomEvent("youju:step", { detail: Number(button.dataset.step) }));
  } else if (button?.matches("[data-close]")) {
    close();
  }
});
document.addEventListener("youju:close", close);

watch("value", () => {
  const panel = element.querySelector(".yj-panel");
  panel?.removeAttribute("hidden");
  const box = element.querySelector(".youju-article");
  const cited = element.querySelector("mark");
  if (box && cited) box.scrollTop = cited.offsetTop - box.clientHeight / 3;
  if (room.dataset.panel === "open" && matchMedia("(max-width: 1099px)").matches) {
    panel?.querySelector("[data-close]")?.focus();
  }
});
