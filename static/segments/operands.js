/** What stands to the right of an operator: nothing, a value, two, several, a length of time. */
import { chips } from "./chips.js";
import { choice, textValue } from "./controls.js";
import { reportChange, slot, word } from "./dom.js";
import { Literal } from "./lossless.js";
import { numberInput } from "./number_input.js";
import { readNumber, showNumber } from "./numbers.js";
import { splitNumbers, splitTexts } from "./pasted.js";
import { durationInput, timeInput } from "./times.js";

const ENTRIES = [
  { value: "text", label: "as text" },
  { value: "number", label: "as a number" },
];

export const isNumber = (value) => typeof value === "number" || value instanceof Literal;

/** What an operator takes → the controls for it. `field` as in comparison.js, `saved` the condition. */
export const OPERANDS = {
  none: () => ({ read: () => ({}) }),
  one: (field, saved, site) => {
    const one = single(field, field.label, saved.value, site);
    return { element: one.element, read: () => ({ value: one.read() }) };
  },
  two: (field, saved, site) => {
    const [low, high] = saved.values ?? [];
    const first = single(field, `${field.label}: from`, low, site);
    const second = single(field, `${field.label}: to`, high, site);
    const element = slot(first.element, word("and"), second.element);
    return { element, read: () => ({ values: [first.read(), second.read()] }) };
  },
  many: (field, saved) => {
    const several = chooseEntries(field, saved.values ?? [], (type, values) =>
      chips(field.label, values, {
        split: type === "number" ? splitNumbers : splitTexts,
        parse: (text) => parseValue({ ...field, type }, text),
        show: (value) => labelOf(field, value),
        suggestions: optionsOf(field, type),
        placeholder: "Type or paste, then Enter",
      }),
    );
    return { element: several.element, read: () => ({ values: several.read() }) };
  },
  duration: (field, saved) => {
    const duration = durationInput(field.label, saved.value);
    return { element: duration.element, read: () => ({ value: duration.read() }) };
  },
};

function single(field, label, value, site) {
  if (field.type === "time") return timeInput(label, value, site.zone);
  if (field.type === "number") return numberInput(label, value);
  if (field.strict) {
    const select = choice(label, field.options, value, { placeholder: "Choose…" });
    return { element: select, read: () => select.value };
  }
  const build = (type, given) => (type === "number" ? numberInput(label, given) : textOf({ ...field, type }, label, given));
  if (field.type !== "list") return build("text", value);
  return chooseEntries(field, value == null ? [] : [value], (type, [given]) => build(type, type === "number" && !isNumber(given) ? undefined : given));
}

function textOf(field, label, value) {
  const text = textValue(label, value, { suggestions: optionsOf(field, "text") });
  return {
    element: text.element,
    read() {
      const given = text.read();
      return given === value ? value : parseValue(field, given);
    },
  };
}

/**
 * In a list, 42 and "42" are two things. Where the site says what its entries are, that is what is written; else, and
 * where a rule has something else, there is a choice beside the field. `build(type, values)` makes the field.
 */
function chooseEntries(field, values, build) {
  if (field.type !== "list") return build(field.type, values);
  const known = field.elementType ?? guessEntries(field, values);
  const isMixed = values.some((value) => isNumber(value) !== (known === "number"));
  const body = slot();
  let editor;
  const isOther = values.length > 0 && values.every((value) => isNumber(value) !== (known === "number"));
  const kind = choice(`${field.label}: entries`, ENTRIES, isOther ? other(known) : known, {
    onChange: (type) => show(type, [editor.read()].flat().filter((value) => value != null && value !== "").map((value) => convert(value, type))),
  });
  function show(type, given) {
    editor = build(type, given);
    body.replaceChildren(editor.element);
    reportChange(body);
  }
  show(kind.value, values);
  const element = field.elementType && !isMixed ? slot(body) : slot(body, kind);
  return { element, read: () => editor.read() };
}

const other = (type) => (type === "number" ? "text" : "number");

function guessEntries({ options = [] }, values) {
  const seen = values.length ? values : options.map(({ value }) => value);
  return seen.length && seen.every(isNumber) ? "number" : "text";
}

/** What was written as text, as the number it looks like, and the other way round; what is none stays. */
function convert(value, type) {
  if (type === "text") return isNumber(value) ? showNumber(value) : value;
  try {
    return isNumber(value) ? value : readNumber(value);
  } catch {
    return value;
  }
}

function optionsOf({ options = [] }, type) {
  return options.filter(({ value }) => isNumber(value) === (type === "number"));
}

function parseValue(field, text) {
  if (field.type === "number") return readNumber(text);
  const known = (field.options ?? []).find(({ value, label }) => !isNumber(value) && [value, label].some((one) => same(one, text.trim())));
  if (!known && field.strict) throw new Error(`“${text}” is not in the list.`);
  return known?.value ?? text;
}

/** In a list a text that looks like a number stands in quotation marks, as it is none. */
function labelOf(field, value) {
  if (isNumber(value)) return showNumber(value);
  const text = (field.options ?? []).find((option) => option.value === value)?.label ?? String(value);
  return field.type === "list" && /^[\d.,\s-]+$/.test(text) ? `“${text}”` : text;
}

function same(one, other_) {
  return String(one).toLowerCase() === other_.toLowerCase();
}
