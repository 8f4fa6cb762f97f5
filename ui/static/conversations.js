// The list of conversations: open, rename in place, export, delete.
let focused = null; // the conversation to go on with when the list has been made anew; "" when it is gone
const focusOn = (row) => (row?.querySelector("[data-open]") ?? document.querySelector("#yj-new"))?.focus();
watch("value", () => {
  if (focused !== null) focusOn(element.querySelector(`li[data-id="${CSS.escape(focused)}"]`));
  focused = null;
});
const idOf = (node) => node.closest("li").dataset.id;

element.addEventListener("click", (e) => {
  const button = e.target.closest("button");
  if (!button) return;
  if (button.matches("[data-open]")) {
    delete document.querySelector("#yj-chat").dataset.side;
    document.dispatchEvent(new CustomEvent("youju:opening", { detail: idOf(button) }));
    trigger("select", { id: idOf(button) });
  } else if (button.matches("[data-rename]")) {
    const form = button.closest("li").querySelector("form");
    button.closest("details").open = false;
    form.hidden = false;
    form.querySelector("input").select();
  } else if (button.matches("[data-remove]") && confirmed(button, e)) {
    focused = "";
    if ("current" in button.closest("li").dataset) {
      document.dispatchEvent(new CustomEvent("youju:opening", { detail: "" }));
    }
    trigger("delete", { id: idOf(button) });
  }
});

element.addEventListener("submit", (e) => {
  e.preventDefault();
  const title = e.target.querySelector("input").value.trim();
  e.target.hidden = true;
  focused = idOf(e.target);
  if (title) trigger("edit", { id: focused, title });
  else focusOn(e.target.closest("li"));
});

document.addEventListener("youju:reopen", (e) => trigger("select", { id: e.detail }));

// Esc closes a menu, or the box of a title that is not to be changed after all, and nothing else.
element.addEventListener("keydown", (e) => {
  const box = e.key === "Escape" && e.target.closest("form:not([hidden]), details[open]");
  if (!box) return;
  e.stopPropagation();
  if (box.matches("form")) box.hidden = true;
  else box.open = false;
  focusOn(box.closest("li"));
});

document.addEventListener("click", (e) => {
  element.querySelectorAll("details[open]").forEach((menu) => {
    if (!menu.contains(e.target) || e.target.closest("a[download]")) menu.open = false;
  });
});
