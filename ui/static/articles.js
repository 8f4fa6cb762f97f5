// The list of articles: read one, ask about it alone, remove it, turn the page.
element.addEventListener("click", (e) => {
  const button = e.target.closest("button");
  if (!button) return;
  const row = button.closest("tr")?.dataset;
  if (button.dataset.page) {
    trigger("option_select", { page: Number(button.dataset.page) });
  } else if (button.matches("[data-view]")) {
    trigger("select", { id: row.id });
  } else if (button.matches("[data-ask]")) {
    trigger("apply", { id: row.id, title: row.title });
  } else if (button.matches("[data-remove]") && confirmed(button, e)) {
    trigger("delete", { id: row.id, title: row.title });
    isRemoving = true;
  }
});

let isRemoving = false;
watch("value", () => {
  // What was focused is gone: the keyboard goes on where the list begins.
  if (isRemoving) element.querySelector("[data-view]")?.focus();
  isRemoving = false;
});
