/** Put what the server said about a rule, problems and remarks, beside the condition it is about. */

/** `editor`: the outermost group's; `problems`: [{path: like "root.conditions[0].value", message}]. */
export function showProblems(editor, problems) {
  clearProblems(editor);
  for (const { path, message } of problems) {
    const item = itemAt(editor, path);
    if (!item) continue;
    item.problem.textContent = item.problem.hidden ? message : `${item.problem.textContent} ${message}`;
    item.problem.hidden = false;
    item.element.classList.add("rule-wrong");
  }
}

export function clearProblems({ children }) {
  for (const item of children) {
    item.problem.hidden = true;
    item.element.classList.remove("rule-wrong");
    clearProblems(item.editor);
  }
}

/** What looks wrong with a condition, beside it; returns the messages that found their place. */
export function showRemarks(editor, remarks) {
  clearRemarks(editor);
  const placed = remarks.filter(({ path }) => itemAt(editor, path));
  for (const { path, message } of placed) {
    const { remark } = itemAt(editor, path);
    remark.textContent = remark.hidden ? message : `${remark.textContent} ${message}`;
    remark.hidden = false;
  }
  return placed.map(({ message }) => message);
}

function clearRemarks({ children }) {
  for (const { remark, editor } of children ?? []) {
    remark.textContent = "";
    remark.hidden = true;
    clearRemarks(editor);
  }
}

function itemAt(editor, path) {
  const indexes = [...path.matchAll(/conditions\D+(\d+)/g)].map(([, index]) => Number(index));
  let found;
  for (const index of indexes) {
    const item = (found?.editor ?? editor).children[index];
    if (!item) break;
    found = item;
  }
  return found;
}
