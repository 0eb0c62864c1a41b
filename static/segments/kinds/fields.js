/** A condition on one of several fields: choose the field, then compare it. Attributes, profile and device are such. */
import { comparison } from "../comparison.js";
import { choice } from "../controls.js";
import { reportChange, slot } from "../dom.js";

/**
 * `fields`: {key, label, type, options, strict}; `name`: which member of the node holds the key;
 * `describe(key)` makes a field for a key that is not among them.
 */
export function fieldCondition({ label, name, fields, describe, placeholder }, node, site) {
  const body = slot();
  let compared;
  const options = fields.map((field) => ({ value: field.key, label: field.label }));
  const chosen = choice(label, options, node[name], { placeholder, onChange: () => show({}) });

  function show(saved) {
    const field = fields.find(({ key }) => key === chosen.value) ?? describe?.(chosen.value, saved);
    compared = chosen.value && field ? comparison(field, saved, site) : null;
    body.replaceChildren(...(compared ? [compared.element] : []));
    reportChange(body);
  }
  show(node);
  return { element: slot(chosen, body), read: () => ({ [name]: chosen.value, ...compared?.read() }) };
}

/** Known values as the catalogue gives them (plain, or already {value, label}) → options. */
export function asOptions(values = [], nameOf = String) {
  return values.map((one) => (typeof one === "object" && one ? one : { value: one, label: nameOf(one) }));
}

/** The type of a value that stands in a rule, for keys that the catalogue does not know. */
export function guessType({ value, values, operator = "" }) {
  if (operator.startsWith("is_")) return operator === "is_empty" ? "list" : "boolean";
  if (operator.startsWith("include") || operator.startsWith("not_include")) return "list";
  if (["before", "after"].includes(operator) || typeof value === "object") return "time";
  return typeof (value ?? values?.[0]) === "number" ? "number" : "text";
}
