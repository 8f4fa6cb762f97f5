// Questions to press.
element.addEventListener("click", (e) => {
  const button = e.target.closest(".yj-suggestion");
  if (button) trigger("example_select", { question: button.textContent });
});
