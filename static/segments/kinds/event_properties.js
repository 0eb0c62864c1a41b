/** "where price is greater than 50": conditions on the properties of one and the same event. */
import { comparison } from "../comparison.js";
import { choice } from "../controls.js";
import { announce, firstControl, h, reportChange, slot, word } from "../dom.js";
import { asOptions, guessType } from "./fields.js";

export function propertyList(where, known, site) {
  const rows = [];
  const list = h("div", { class: "rule-where" });
  const add = h("button", { type: "button", class: "rule-button rule-quiet", on: { click: () => append({}, true) } }, "+ Only where…");
  const element = h("div", { class: "rule-where-box" }, list, add);
  // With nothing known of the event there is nothing to choose from.
  add.hidden = !known.length;
  element.hidden = add.hidden && !where.length;

  function append(saved, focus) {
    const row = propertyRow(saved, known, site, () => remove(row));
    rows.push(row);
    list.append(row.element);
    if (focus) firstControl(row.element).focus();
    reportChange(list);
  }
  function remove(row) {
    rows.splice(rows.indexOf(row), 1);
    row.element.remove();
    add.focus();
    announce(element, "Detail removed.");
    reportChange(element);
  }
  where.forEach((saved) => append(saved, false));
  return { element, read: () => (rows.length ? rows.map((row) => row.read()) : undefined) };
}

function propertyRow(saved, known, site, onRemove) {
  const body = slot();
  let compared;
  const options = known.map(({ key, label }) => ({ value: key, label: label ?? humanize(key) }));
  const property = choice("Event detail", options, saved.property, { placeholder: "Choose a detail…", onChange: () => show({}) });
  const remove = h("button", { type: "button", class: "rule-remove", "aria-label": "Remove this detail", on: { click: onRemove } }, "×");

  function show(start) {
    const found = known.find(({ key }) => key === property.value) ?? { type: guessType(start), values: [] };
    const field = { ...found, label: found.label ?? humanize(property.value), options: asOptions(found.values) };
    compared = property.value ? comparison(field, start, site) : null;
    body.replaceChildren(...(compared ? [compared.element] : []));
    reportChange(body);
  }
  show(saved);
  return {
    element: h("div", { class: "rule-row" }, h("div", { class: "rule-parts" }, slot(word("where"), property, body)), remove),
    read: () => ({ property: property.value, ...compared?.read() }),
  };
}

function humanize(key) {
  const words = key.replace(/^\$/, "").replaceAll("_", " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
