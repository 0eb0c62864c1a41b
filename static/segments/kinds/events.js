/** What conditions on events share: the event, its properties, and tests of them on one and the same event. */
import { choice } from "../controls.js";
import { reportChange, slot } from "../dom.js";
import { humanize, propertyList } from "./event_properties.js";
import { asOptions } from "./fields.js";

export function eventChoice(event, site, onChange) {
  const options = site.catalogue.events.map(({ key, label, reserved }) => ({
    value: key, label, group: reserved ? "What Carillon sees by itself" : "What this site sends",
  }));
  return choice("Event", options, event, { placeholder: "Choose an event…", onChange });
}

/**
 * The choice of an event, and its details ("only where …"), which go when another event is chosen.
 * `onChange` hears of that too.
 */
export function eventWithDetails({ event, where = [] }, site, onChange = () => {}) {
  const chosen = eventChoice(event, site, () => {
    show([]);
    onChange();
  });
  const details = slot();
  let properties;

  function show(saved) {
    properties = chosen.value ? propertyList(saved, known(), site) : null;
    details.replaceChildren(...(properties ? [properties.element] : []));
    reportChange(details);
  }
  const known = () => propertiesOf(chosen.value, site);
  show(where);
  return { choice: chosen, details, known, read: () => ({ event: chosen.value, where: properties?.read() }) };
}

/** The properties that an event was seen with, as fields to compare. */
function propertiesOf(event, site) {
  const known = site.catalogue.events.find(({ key }) => key === event)?.properties ?? [];
  return known.map((one) => ({ ...one, label: one.label ?? humanize(one.key), options: asOptions(one.values) }));
}

/** The choice of one property; `offer(properties)` puts others on offer, and keeps the chosen one if it is among them. */
export function propertyChoice(label, saved, properties) {
  const element = slot();
  let select;
  function show(offered, value) {
    const options = offered.map((one) => ({ value: one.key, label: one.label }));
    select = choice(label, options, value, { placeholder: "Choose a detail…" });
    element.replaceChildren(select);
    reportChange(element);
  }
  show(properties, saved);
  return {
    element,
    offer: (offered) => show(offered, offered.some(({ key }) => key === select.value) ? select.value : undefined),
    read: () => select.value,
  };
}
