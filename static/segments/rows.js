/** Rows that people add, take away and perhaps move: details of an event, places, steps. */
import { announce, firstControl, h, reportChange } from "./dom.js";
import { moveByKeys, moveItem } from "./moving.js";

/**
 * `build(saved)` makes a row's {element, read()}; `what` is what one of them is called, `add` the words on the button
 * for another. There are always from `least` to `most` of them; `onChange` hears when one comes, goes or moves.
 */
export function rowList(saved, build, { what, add, className = "", least = 0, most = Infinity, movable = false, onChange }) {
  const rows = [];
  const list = h("ol", { class: `rule-rows ${className}`, on: movable ? { keydown: moveByKeys(rows) } : {} });
  const more = h("button", { type: "button", class: "rule-button rule-quiet", on: { click: append } }, add);

  function insert(start) {
    const editor = build(start);
    const row = { read: editor.read, remove: button("Remove", "×", () => drop(row)) };
    const moves = movable
      ? [button("Move up", "↑", () => moveItem(rows, row, -1)), button("Move down", "↓", () => moveItem(rows, row, 1))]
      : [];
    row.element = h("li", { class: "rule-row" }, editor.element, ...moves, row.remove);
    rows.push(row);
    list.append(row.element);
    return row;
  }
  function button(verb, sign, click) {
    const [action, where] = verb.split(" ");
    const label = [action, "this", what, where].filter(Boolean).join(" ");
    return h("button", { type: "button", class: "rule-remove", "aria-label": label, on: { click } }, sign);
  }
  function append() {
    const row = insert({});
    settle();
    firstControl(row.element).focus();
    announce(list, `Another ${what} added.`);
  }
  function drop(row) {
    const index = rows.indexOf(row);
    rows.splice(index, 1);
    row.element.remove();
    settle();
    const next = rows[index] ?? rows[index - 1];
    (next ? firstControl(next.element) : more).focus();
    announce(list, `One ${what} removed.`);
  }
  function settle() {
    for (const row of rows) row.remove.hidden = rows.length <= least;
    more.hidden = rows.length >= most;
    reportChange(list);
  }
  if (onChange) list.addEventListener("rulechange", () => onChange(rows));
  saved.forEach(insert);
  while (rows.length < least) insert({});
  settle();
  return { list, more, read: () => rows.map((row) => row.read()) };
}
