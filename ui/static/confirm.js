// A button that asks back: the first press changes its words, the second one within four seconds counts, but not that of
// a double click.
const confirmed = (button, click) => {
  if (button.dataset.sure) {
    return click.detail < 2;
  }
  const words = button.textContent;
  button.dataset.sure = "yes";
  button.textContent = button.dataset.really;
  setTimeout(() => { delete button.dataset.sure; button.textContent = words; }, 4000);
  return false;
};
