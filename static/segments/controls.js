/** The native controls that conditions are made of. Every one has a label for screen readers and says what it lacks. */
import { h, slot } from "./dom.js";

let lists = 0;

/**
 * A choice. `options` are {value, label, group: the heading it stands under, if any}; a `value` that is not among them
 * is offered all the same, and kept.
 */
export function choice(label, options, value, { placeholder, onChange, whenUnknown = "not seen yet" } = {}) {
  const select = h("select", { "aria-label": label, required: true, class: "rule-control" });
  if (placeholder) select.append(h("option", { value: "" }, placeholder));
  select.append(...arrange(options));
  const wanted = value == null ? "" : String(value);
  if (wanted && !options.some((option) => String(option.value) === wanted)) {
    select.append(h("option", { value: wanted }, `${wanted} (${whenUnknown})`));
  }
  select.value = wanted || (placeholder ? "" : String(options[0]?.value ?? ""));
  if (onChange) select.addEventListener("change", () => onChange(select.value));
  return select;
}

/** The options as elements, those of a group under its heading. */
function arrange(options) {
  const groups = new Set(options.map(({ group }) => group));
  return [...groups].flatMap((group) => {
    const those = options.filter((option) => option.group === group).map(({ value, label }) => h("option", { value }, label));
    return group ? [h("optgroup", { label: group }, ...those)] : those;
  });
}

export function numberInput(label, value, { min, max, step = "any" } = {}) {
  return h("input", {
    type: "number", "aria-label": label, value, min, max, step, required: true,
    inputmode: step === "any" ? "decimal" : "numeric", class: "rule-control rule-number",
  });
}

/** A line of text, with the site's known values to choose from as one types. */
export function textInput(label, value, { suggestions = [], required = true, placeholder } = {}) {
  const input = h("input", {
    type: "text", "aria-label": label, value, required, placeholder, autocomplete: "off", class: "rule-control rule-text",
  });
  return { input, element: slot(input, suggest(input, suggestions)) };
}

/** Several lines of text. */
export function textArea(label, value, { placeholder, rows = 5 } = {}) {
  const attributes = { "aria-label": label, required: true, placeholder, rows, spellcheck: "false", class: "rule-control rule-lines" };
  return h("textarea", attributes, value);
}

function suggest(input, suggestions) {
  if (!suggestions.length) return null;
  const id = `rule-suggestions-${(lists += 1)}`;
  input.setAttribute("list", id);
  return h("datalist", { id }, ...suggestions.map((one) => h("option", { value: one.label })));
}

/**
 * Several values, shown as chips that can be taken away.
 * `parse(text)` gives the value for what was typed, or throws an Error that says what would be right.
 */
export function chips(label, values, { parse, show = String, suggestions = [], placeholder } = {}) {
  const kept = [];
  const list = h("ul", { class: "rule-chips", "aria-label": `${label}: chosen` });
  const { input, element: entry } = textInput(`${label}: add one`, "", { suggestions, required: false, placeholder });
  const complain = (words) => input.setCustomValidity(words);
  const settle = () => complain(kept.length ? "" : "Add at least one value and press Enter.");

  function add(value) {
    if (kept.includes(value)) return;
    kept.push(value);
    const remove = h("button", { type: "button", "aria-label": `Remove ${show(value)}`, on: { click: () => drop(value, chip) } }, "×");
    const chip = h("li", { class: "rule-chip" }, show(value), remove);
    list.append(chip);
  }
  function drop(value, chip) {
    kept.splice(kept.indexOf(value), 1);
    chip.remove();
    settle();
    input.focus();
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }
  function take() {
    const text = input.value.trim();
    if (!text) return;
    try {
      add(parse(text));
      input.value = "";
      settle();
      input.dispatchEvent(new Event("input", { bubbles: true }));
    } catch (error) {
      complain(error.message);
    }
  }
  input.addEventListener("input", settle);
  input.addEventListener("change", take);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      take();
    }
  });
  values.forEach(add);
  settle();
  return { element: h("span", { class: "rule-chip-field" }, list, entry), read: () => [...kept] };
}
