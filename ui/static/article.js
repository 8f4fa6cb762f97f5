// An article that is read by itself.
element.addEventListener("click", (e) => {
  if (e.target.closest("[data-close]")) element.querySelector(".yj-panel")?.remove();
});
watch("value", () => element.querySelector(".yj-panel")?.scrollIntoView({ block: "nearest" }));
