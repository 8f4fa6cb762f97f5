// The list of conversations: open, rename in place, export, delete.
const idOf = (node) => node.closest("li").dataset.id;

element.addEventListener("click", (e) => {
  const button = e.target.closest("button");
  if (!button) return;
  if (button.matches("[data-open]")) {
    delete document.querySelector("#yj-chat").dataset.side;
    trigger("select", { id: idOf(button) });
  } else if (button.matches("[data-rename]")) {
    const form = button.closest("li").querySelector("form");
    button.closest("details").open = false;
    form.hidden = false;
    form.querySelector("input").select();
  } else if (button.matches("[data-remove]") && confirmed(button)) {
    trigger("delete", { id: idOf(button) });
  }
});

element.addEventListener("submit", (e) => {
  e.preventDefault();
  const title = e.target.querySelector("input").value.trim();
  e.target.hidden = true;
  if (title) trigger("edit", { id: idOf(e.target), title });
});

element.addEventListener("keydown", (e) => {
  if (e.key !== "Escape") return;
  const form = e.target.closest("form");
  if (form) form.hidden = true;
  element.querySelectorAll("details[open]").forEach((menu) => { menu.open = false; });
});

document.addEventListener("click", (e) => {
  element.querySelectorAll("details[open]").forEach((menu) => { if (!menu.contains(e.target)) menu.open = false; });
});
