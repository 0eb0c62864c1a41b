// Rows that can be added to a form of Django's (a formset): copies of a <template> with the next number.

/** Append a copy of the template's row before it, and return it. */
export function addRow(template, prefix) {
  const total = document.getElementById(`id_${prefix}-TOTAL_FORMS`);
  const row = template.content.firstElementChild.cloneNode(true);
  const holder = document.createElement("div");
  holder.append(row);
  holder.innerHTML = holder.innerHTML.replaceAll("__prefix__", total.value);
  total.value = Number(total.value) + 1;
  const added = holder.firstElementChild;
  template.before(added);
  return added;
}

/** A button that adds a row and goes to its first control. Without scripts it is hidden: one empty row is always there. */
export function offerRows(button, template, prefix, added = () => {}) {
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    const row = addRow(template, prefix);
    added(row);
    row.querySelector("input, select")?.focus();
  });
}
