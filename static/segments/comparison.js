/** "is greater than 1000": an operator and the value it asks for. */
import { choice } from "./controls.js";
import { reportChange, slot } from "./dom.js";
import { isNumber, OPERANDS } from "./operands.js";

// Parts of a name make no sense where only a list's entries are possible.
const WHOLE = ["equals", "not_equals", "in", "not_in", "exists", "not_exists"];
// Whether a value is known at all is asked less often than what it is.
const ABOUT_KNOWING = ["exists", "not_exists"];
const KINDS = { text: "text", number: "a number", boolean: "yes or no", time: "a moment", list: "a list" };

/**
 * `field`: {label, type, elementType: of a list, options: known values as {value, label}, strict: no others are possible,
 * operators: the keys of those that make sense, if not all of the type's, open: whether values of other types may come}.
 * `start`: the condition as saved, with `operator` and `value` or `values`.
 */
export function comparison(field, start, site) {
  const saved = findSaved(field, start, site);
  const operators = [...ownOperators(field, site), ...(field.open || saved?.type !== field.type ? otherOperators(field, site) : [])];
  const body = slot();
  let value;
  const operator = choice(
    `${field.label}: comparison`,
    operators.map(({ id, label, group }) => ({ value: id, label, group })),
    saved ? nameOperator(field, saved.type, saved.key) : start.operator,
    { onChange: () => show(carryOver()) },
  );
  const chosen = () => operators.find(({ id }) => id === operator.value);

  function show(given) {
    const takes = chosen()?.value ?? guessShape(given);
    const type = chosen()?.type ?? field.type;
    if (value?.takes === takes && value.type === type) return;
    value = { takes, type, ...OPERANDS[takes]({ ...field, type }, given, site) };
    body.replaceChildren(...(value.element ? [value.element] : []));
    reportChange(body);
  }
  /** Whoever goes from “equals” to “is one of” keeps the value. */
  function carryOver() {
    if (value.type !== chosen()?.type) return {};
    const given = value.read();
    if (value.takes === "one" && given.value != null && given.value !== "") return { values: [given.value] };
    return value.takes === "many" ? { value: given.values[0] } : {};
  }
  show(start);
  return { element: slot(operator, body), read: () => ({ operator: chosen()?.key ?? operator.value, ...value.read() }) };
}

function ownOperators(field, site) {
  const all = site.catalogue.operators[field.type] ?? site.catalogue.operators.text;
  const rank = ({ key }) => ABOUT_KNOWING.indexOf(key);
  const operators = [...all].sort((one, other) => rank(one) - rank(other));
  const wanted = field.operators ?? (field.strict ? WHOLE : operators.map(({ key }) => key));
  return wanted
    .map((key) => operators.find((operator) => operator.key === key))
    .filter(Boolean)
    .map((row) => ({ ...row, type: field.type, id: row.key }));
}

/** What compares as another type than the one that was seen: one event may send 42, the next "42". */
function otherOperators(field, site) {
  return Object.keys(KINDS)
    .filter((type) => type !== field.type)
    .flatMap((type) =>
      site.catalogue.operators[type]
        .filter(({ key }) => !ABOUT_KNOWING.includes(key))
        .map((row) => ({ ...row, type, id: nameOperator(field, type, row.key), label: `${row.label} (${KINDS[type]})`, group: `If it is ${KINDS[type]}` })),
    );
}

const nameOperator = (field, type, key) => (type === field.type ? key : `${type} ${key}`);

/** The operator of a saved condition, as one of its own type or of another; undefined for one that nobody knows. */
function findSaved(field, { operator, value, values }, site) {
  const types = [field.type, ...Object.keys(KINDS)].filter((type) => site.catalogue.operators[type]?.some(({ key }) => key === operator));
  const operand = values?.[0] ?? value;
  const type = types.find((each) => suits(each, operand)) ?? types[0];
  if (!operator) return { type: field.type };
  return type && { type, key: operator };
}

function suits(type, operand) {
  if (operand == null) return true;
  if (isNumber(operand)) return type === "number" || type === "list";
  return typeof operand === "object" ? type === "time" : type !== "number" && type !== "boolean";
}

function guessShape({ value, values }) {
  if (values) return "many";
  if (value == null) return "none";
  return typeof value === "object" && !isNumber(value) ? "duration" : "one";
}
