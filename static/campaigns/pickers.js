// "Emoji" and "Insert attribute": a dialog that puts something where the cursor was.

function insert(field, text) {
  field.focus();
  field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

export function writeVariable(key, fallback) {
  const name = /^[A-Za-z_][\w-]*$/.test(key) ? `subscriber.${key}` : `subscriber["${key}"]`;
  const plain = fallback.trim();
  if (!plain) return `{{ ${name} }}`;
  const quote = plain.includes('"') ? "'" : '"';
  return `{{ ${name} | default: ${quote}${plain.replaceAll(quote, "’")}${quote} }}`;
}

function readChoice(dialog) {
  if (dialog.id === "emoji-picker") return dialog.returnValue;
  const fallback = document.getElementById("attribute-fallback");
  // What is seen there is what is inserted, also where nobody wrote over it.
  return writeVariable(document.getElementById("attribute-key").value, fallback.value.trim() || fallback.placeholder);
}

// An attribute of another site cannot be seen, so it must not be the one that is chosen.
function leaveHiddenChoice(select) {
  if (select?.selectedOptions[0]?.hidden) select.value = [...select.options].find((option) => !option.hidden).value;
}

export function startPickers() {
  // Heard on the document, since versions of a message, with buttons of their own, come and go.
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-open]");
    if (!button) return;
    const dialog = document.getElementById(button.dataset.open);
    dialog.returnValue = "";
    leaveHiddenChoice(dialog.querySelector("select"));
    dialog.showModal();
    dialog.addEventListener(
      "close",
      () => {
        if (dialog.returnValue) insert(document.getElementById(button.dataset.target), readChoice(dialog));
      },
      { once: true },
    );
  });
}
