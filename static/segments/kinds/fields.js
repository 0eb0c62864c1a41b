/** A condition on one of several fields: choose the field, then compare it. Attributes, profile and device are such. */
import { comparison } from "../comparison.js";
import { choice } from "../controls.js";
import { reportChange, slot } from "../dom.js";
import { nameChoice } from "../names.js";

/**
 * `fields`: {key, label, type, options, strict}; `name`: which member of the node holds the key;
 * `naming`: for names that are not among them, as `nameChoice` takes it; without, there are no others.
 */
export function fieldCondition({ label, name, fields, naming, placeholder }, node, site) {
  const body = slot();
  let compared;
  let field;
  const options = fields.map((field) => ({ value: field.key, label: field.waits ? `${field.label} (not seen yet)` : field.new ? `${field.label} (new)` : field.label }));
  // What was written stays where the other field can be compared in the same way.
  const onChange = () => show(compared && isAlike(field, find()) ? compared.read() : {});
  const find = () => fields.find(({ key }) => key === chosen.value) ?? unseenField(chosen.value);
  const chosen = naming
    ? nameChoice(label, options, node[name], { placeholder, onChange, ...naming })
    : plainChoice(label, options, node[name], { placeholder, onChange });

  function show(saved) {
    field = find();
    compared = chosen.value ? comparison(field, saved, site) : null;
    body.replaceChildren(...(compared ? [compared.element] : []));
    reportChange(body);
  }
  show(node);
  return { element: slot(chosen.element, body), read: () => ({ [name]: chosen.value, ...compared?.read() }) };
}

function plainChoice(...given) {
  const select = choice(...given);
  return { element: select, get value() { return select.value; } };
}

/** Whether what is asked of one field can be asked of the other. */
export function isAlike(one, other) {
  return one.type === other.type && !one.strict && !other.strict && one.elementType === other.elementType;
}

/** What nobody has seen may hold anything. */
export function unseenField(key) {
  return { key, label: key, type: "text", options: [], open: true };
}

/** Known values as the catalogue gives them (plain, or already {value, label}) → options. */
export function asOptions(values = [], nameOf = String) {
  return values.map((one) => (typeof one === "object" && one ? one : { value: one, label: nameOf(one) }));
}
