/** "is greater than 1000": an operator and the value it asks for. */
import { choice, chips, numberInput, textInput } from "./controls.js";
import { reportChange, slot, word } from "./dom.js";
import { durationInput, timeInput } from "./times.js";

/**
 * `field`: {label, type, options: known values as {value, label}, strict: no others are possible,
 * operators: the keys of those that make sense, if not all of the type's}.
 * `start`: the condition as saved, with `operator` and `value` or `values`.
 */
export function comparison(field, start, site) {
  const operators = operatorsFor(field, site);
  const body = slot();
  let value;
  const operator = choice(
    `${field.label}: comparison`,
    operators.map(({ key, label }) => ({ value: key, label })),
    start.operator ?? operators[0]?.key,
    { onChange: () => show({}) },
  );

  function show(saved) {
    const takes = operators.find(({ key }) => key === operator.value)?.value ?? guessShape(saved);
    if (value?.takes === takes) return;
    value = { takes, ...SHAPES[takes](field, saved, site) };
    body.replaceChildren(...(value.element ? [value.element] : []));
    reportChange(body);
  }
  show(start);
  return { element: slot(operator, body), read: () => ({ operator: operator.value, ...value.read() }) };
}

// Parts of a name make no sense where only a list's entries are possible.
const WHOLE = ["equals", "not_equals", "in", "not_in", "exists", "not_exists"];

// Whether a value is known at all is asked less often than what it is.
const ABOUT_KNOWING = ["exists", "not_exists"];

function operatorsFor(field, site) {
  const all = site.catalogue.operators[field.type] ?? site.catalogue.operators.text;
  const rank = ({ key }) => ABOUT_KNOWING.indexOf(key);
  const operators = [...all].sort((one, other) => rank(one) - rank(other));
  const wanted = field.operators ?? (field.strict ? WHOLE : operators.map(({ key }) => key));
  return wanted.map((key) => operators.find((operator) => operator.key === key)).filter(Boolean);
}

function guessShape(saved) {
  if (saved.values) return "many";
  if (saved.value == null) return "none";
  return typeof saved.value === "object" ? "duration" : "one";
}

/** What an operator takes → the controls for it. */
const SHAPES = {
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
    const several = chips(field.label, saved.values ?? [], {
      parse: (text) => parseValue(field, text),
      show: (value) => labelOf(field, value),
      suggestions: field.options ?? [],
      placeholder: "Type and press Enter",
    });
    return { element: several.element, read: () => ({ values: several.read() }) };
  },
  duration: (field, saved) => {
    const duration = durationInput(field.label, saved.value);
    return { element: duration.element, read: () => ({ value: duration.read() }) };
  },
};

function single(field, label, value, site) {
  if (field.type === "time") return timeInput(label, value, site.zone);
  if (field.type === "number") {
    const input = numberInput(label, value);
    return { element: input, read: () => (input.value === "" ? null : Number(input.value)) };
  }
  if (field.strict) {
    const select = choice(label, field.options, value, { placeholder: "Choose…" });
    return { element: select, read: () => select.value };
  }
  const { input, element } = textInput(label, value, { suggestions: field.options });
  return { element, read: () => parseValue(field, input.value.trim()) };
}

function parseValue(field, text) {
  if (field.type === "number") {
    if (Number.isNaN(Number(text))) throw new Error(`“${text}” is not a number.`);
    return Number(text);
  }
  const known = (field.options ?? []).find(({ value, label }) => [value, label].some((one) => same(one, text)));
  if (!known && field.strict) throw new Error(`“${text}” is not in the list.`);
  return known?.value ?? text;
}

function labelOf(field, value) {
  return (field.options ?? []).find((option) => option.value === value)?.label ?? String(value);
}

function same(one, other) {
  return String(one).toLowerCase() === other.toLowerCase();
}
