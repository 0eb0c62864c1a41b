/** "where price is greater than 50": conditions on the properties of one and the same event. */
import { comparison } from "../comparison.js";
import { choice } from "../controls.js";
import { h, reportChange, slot, word } from "../dom.js";
import { rowList } from "../rows.js";
import { guessType } from "./fields.js";

/** `known`: the properties that the event was seen with, as fields. */
export function propertyList(where, known, site) {
  const rows = rowList(where, (saved) => propertyRow(saved, known, site), {
    what: "detail", add: "+ Only where…", className: "rule-where",
  });
  const element = h("div", { class: "rule-where-box" }, rows.list, rows.more);
  // With nothing known of the event there is nothing to choose from.
  rows.more.hidden = !known.length;
  element.hidden = rows.more.hidden && !where.length;
  const read = () => {
    const tests = rows.read();
    return tests.length ? tests : undefined;
  };
  return { element, read };
}

function propertyRow(saved, known, site) {
  const body = slot();
  let compared;
  const options = known.map(({ key, label }) => ({ value: key, label }));
  const property = choice("Event detail", options, saved.property, { placeholder: "Choose a detail…", onChange: () => show({}) });

  function show(start) {
    const field = known.find(({ key }) => key === property.value) ?? { label: humanize(property.value), type: guessType(start) };
    compared = property.value ? comparison(field, start, site) : null;
    body.replaceChildren(...(compared ? [compared.element] : []));
    reportChange(body);
  }
  show(saved);
  return {
    element: h("div", { class: "rule-parts" }, slot(word("where"), property, body)),
    read: () => ({ property: property.value, ...compared?.read() }),
  };
}

/** A property's name as a label: “product_id” → “Product id”. */
export function humanize(key) {
  const words = key.replace(/^\$/, "").replaceAll("_", " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
