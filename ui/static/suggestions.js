// Questions to press.
element.addEventListener("click", (e) => {
  const button = e.target.closest(".yj-suggestion");
  if (!button) return;
  document.dispatchEvent(new CustomEvent("youju:asked", { detail: button.textContent }));
  trigger("example_select", { question: button.textContent });
});
