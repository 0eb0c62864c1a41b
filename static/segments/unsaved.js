/** A question before somebody leaves a form in which something is not saved. */

/** `isChanged`: what the form came with is not saved either. Nothing is asked on the way that saves. */
export function guardUnsaved(form, { isChanged = false } = {}) {
  const opened = read(form);
  let isSending = false;
  form.addEventListener("submit", (event) => {
    // Whoever else listens may stop it: then nothing is on its way.
    setTimeout(() => (isSending = !event.defaultPrevented));
    isSending = true;
  });
  window.addEventListener("pageshow", () => (isSending = false)); // back again, by the browser's own button
  window.addEventListener("beforeunload", (event) => {
    if (!isSending && (isChanged || read(form) !== opened)) event.preventDefault();
  });
}

function read(form) {
  const entries = [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken");
  return JSON.stringify(entries.map(([name, value]) => [name, String(value)]));
}
