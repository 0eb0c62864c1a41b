/** "where price is greater than 50": conditions on the properties of one and the same event. */
import { comparison } from "../comparison.js";
import { h, reportChange, slot, word } from "../dom.js";
import { nameChoice } from "../names.js";
import { rowList } from "../rows.js";
import { isAlike, unseenField } from "./fields.js";

/** `known`: the properties that the event was seen with, as fields; `naming`: for others, as `nameChoice` takes it. */
export function propertyList(where, known, naming, site) {
  const rows = rowList(where, (saved) => propertyRow(saved, known, naming, site), {
    what: "detail", add: "+ Only where…", className: "rule-where",
  });
  const element = h("div", { class: "rule-where-box" }, rows.list, rows.more);
  const read = () => {
    const tests = rows.read();
    return tests.length ? tests : undefined;
  };
  return { element, read };
}

function propertyRow(saved, known, naming, site) {
  const body = slot();
  let compared;
  let field;
  const options = known.map(({ key, label, waits }) => ({ value: key, label: waits ? `${label} (not seen yet)` : label }));
  const property = nameChoice("Event detail", options, saved.property, { placeholder: "Choose a detail…", onChange: () => show(compared && isAlike(field, find()) ? compared.read() : {}), ...naming });

  const find = () => known.find(({ key }) => key === property.value) ?? { ...unseenField(property.value), label: humanize(property.value) };

  function show(start) {
    field = find();
    compared = property.value ? comparison(field, start, site) : null;
    body.replaceChildren(...(compared ? [compared.element] : []));
    reportChange(body);
  }
  show(saved);
  return {
    element: h("div", { class: "rule-parts" }, slot(word("where"), property.element, body)),
    read: () => ({ property: property.value, ...compared?.read() }),
  };
}

/** A property's name as a label: “product_id” → “Product id”. */
export function humanize(key) {
  const words = key.replace(/^\$/, "").replaceAll("_", " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
