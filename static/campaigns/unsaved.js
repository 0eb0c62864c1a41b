// Asks before somebody leaves a draft with words that are not saved.

export function guardUnsaved(form) {
  let changed = false;
  form.addEventListener("input", (event) => {
    if (event.target.name) changed = true; // the preview's own fields have no name
  });
  form.addEventListener("submit", () => {
    changed = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (changed) event.preventDefault();
  });
}
