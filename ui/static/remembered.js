// What somebody did with an answer, by its id: it is done again when the conversation is shown anew.
const states = new Map();
function stateOf(section) {
  const answer = section.dataset.answer;
  const liked = section.querySelector("[data-like][aria-pressed=true]")?.dataset.like ?? "";
  if (!states.has(answer)) states.set(answer, { liked, opened: new Set(), found: "", feedback: null });
  return states.get(answer);
}

function restore(section) {
  const state = states.get(section.dataset.answer);
  if (!state) return;
  section.querySelectorAll("[data-like]").forEach((b) =>
    b.setAttribute("aria-pressed", String(b.dataset.like === state.liked)));
  if (state.found) section.querySelector(".yj-found-body").innerHTML = state.found;
  detailsOf(section).forEach((one, at) => { one.open = state.opened.has(at); });
  const form = section.querySelector(".yj-feedback");
  form.hidden = !state.feedback;
  section.querySelector("[data-like=bad]").setAttribute("aria-expanded", String(!form.hidden));
  if (!state.feedback) return;
  form.querySelector("input[type=text]").value = state.feedback.comment;
  form.querySelectorAll("input[type=radio]").forEach((r) => { r.checked = r.value === state.feedback.reason; });
}

const detailsOf = (section) => [...section.querySelectorAll("details")];
const written = (form) => ({
  reason: form.querySelector("input[type=radio]:checked")?.value ?? "",
  comment: form.querySelector("input[type=text]").value,
});
element.addEventListener("input", (e) => {
  const form = e.target.closest(".yj-feedback");
  if (form) stateOf(form.closest(".yj-exchange")).feedback = written(form);
});

// What has the focus, by its place: a conversation that is shown anew is made of other elements.
let focused = null;
const exchanges = () => [...element.querySelectorAll(".yj-exchange")];
const focusable = (section) => [...section.querySelectorAll("a, button, input, summary")];
document.addEventListener("focusin", ({ target }) => {
  const section = element.contains(target) ? target.closest(".yj-exchange") : null;
  focused = section && { target, exchange: exchanges().indexOf(section), at: focusable(section).indexOf(target) };
});
document.addEventListener("pointerdown", ({ target }) => {
  if (!focused?.target.contains(target)) focused = null;
});

function refocus() {
  if (!focused || focused.target.isConnected || document.activeElement !== document.body) return;
  const section = exchanges()[focused.exchange];
  const same = section && focusable(section)[focused.at];
  if (!same) return;
  const { selectionStart, selectionEnd } = focused.target;
  same.focus({ preventScroll: true });
  if (same.matches("input[type=text]")) same.setSelectionRange(selectionStart, selectionEnd);
}
