/** Several values, shown as chips that can be taken away; a pasted list makes as many of them as it has entries. */
import { textInput } from "./controls.js";
import { announce, h, reportChange } from "./dom.js";
import { isSameJson } from "./lossless.js";

const SEVERAL = /[\r\n\t,;،、，\u2028\u2029]/;

/**
 * `split(text)` parts a text into entries, `parse(entry)` gives the value for one; both throw an Error that says what
 * would be right. `values` as saved stay as they were written, also where two are alike.
 */
export function chips(label, values, { split, parse, show = String, suggestions = [], placeholder } = {}) {
  const kept = [];
  const list = h("ul", { class: "rule-chips", "aria-label": `${label}: chosen` });
  const { input, element: entry } = textInput(`${label}: add one`, "", { suggestions, required: false, placeholder });
  const complain = (words) => input.setCustomValidity(words);
  const settle = () => complain(kept.length ? "" : "Add at least one value and press Enter.");

  function add(value) {
    const item = { value };
    const remove = h("button", { type: "button", "aria-label": `Remove ${show(value)}`, on: { click: () => drop(item) } }, "×");
    item.element = h("li", { class: "rule-chip" }, show(value), remove);
    kept.push(item);
    list.append(item.element);
  }
  function drop(item) {
    kept.splice(kept.indexOf(item), 1);
    item.element.remove();
    settle();
    input.focus();
    reportChange(input);
  }
  /** Take the entries of `text`; what is not understood stays in the field, with the reason. */
  function take(text) {
    if (!text.trim()) return;
    const isKnown = suggestions.some((one) => String(one.label) === text.trim());
    const left = [];
    let wrong = "";
    let added = 0;
    try {
      for (const part of isKnown ? [text.trim()] : split(text)) {
        try {
          const value = parse(part);
          if (kept.some((item) => isSameJson(item.value, value))) continue;
          add(value);
          added += 1;
        } catch (error) {
          left.push(part);
          wrong ||= error.message;
        }
      }
    } catch (error) {
      left.push(text.trim());
      wrong = error.message;
    }
    input.value = left.join("; ");
    settle();
    reportChange(input);
    if (wrong) complain(wrong);
    if (added > 1) announce(list, `${added} values added.`);
  }
  input.addEventListener("input", settle);
  input.addEventListener("change", () => take(input.value));
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    take(input.value);
  });
  input.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!SEVERAL.test(text)) return;
    event.preventDefault(); // a field of one line would join the lines
    take(input.value.slice(0, input.selectionStart) + text + input.value.slice(input.selectionEnd));
  });
  values.forEach(add);
  settle();
  return { element: h("span", { class: "rule-chip-field" }, list, entry), read: () => kept.map(({ value }) => value) };
}
