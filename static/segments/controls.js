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

/** A line of text, with the site's known values to choose from as one types. */
export function textInput(label, value, { suggestions = [], required = true, placeholder } = {}) {
  const input = h("input", {
    type: "text", "aria-label": label, value, required, placeholder, autocomplete: "off", class: "rule-control rule-text",
  });
  return { input, element: slot(input, suggest(input, suggestions)) };
}

/** A text that is kept as it was saved, and as it is written: blanks count in some comparisons, and the engine knows in which. */
export function textValue(label, value, options = {}) {
  const hasLines = /[\r\n]/.test(value ?? "");
  const { input, element } = hasLines ? textLines(label, value) : textInput(label, value, options);
  const shown = input.value;
  const isSaved = () => input.value === shown && value != null;
  input.addEventListener("input", () => input.setCustomValidity(isSaved() || input.value.trim() || !input.value ? "" : "Fill this in: blanks alone say nothing."));
  return { element, read: () => (isSaved() ? value : input.value) };
}

function textLines(label, value) {
  const input = textArea(label, "", { rows: Math.min(value.split(/\r\n|\r|\n/).length, 5) });
  input.value = value; // as a child, its first line break would be dropped
  return { input, element: input };
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
