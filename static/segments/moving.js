/** Alt + ↑ or ↓ moves an item within its list: conditions in a group, steps in a sequence. */
import { announce, reportChange } from "./dom.js";

/** Move `item` by `step` places among `items`, on the page too, and say where it is now. The focus stays where it was. */
export function moveItem(items, item, step) {
  const from = items.indexOf(item);
  const to = from + step;
  if (!items[to]) return;
  const focused = document.activeElement;
  [items[from], items[to]] = [items[to], items[from]];
  items[to].element[step < 0 ? "after" : "before"](items[from].element);
  focused.focus();
  reportChange(item.element);
  announce(item.element, `Moved to place ${to + 1} of ${items.length}.`);
}

/** A handler for `keydown` on whatever holds the `items`, each of them {element}. */
export function moveByKeys(items) {
  return (event) => {
    const step = event.altKey && { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const item = step && items.find(({ element }) => element.contains(event.target));
    if (!item) return;
    event.preventDefault();
    event.stopPropagation();
    moveItem(items, item, step);
  };
}
