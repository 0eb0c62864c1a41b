/** What conditions on events share: the event, its properties, and tests of them on one and the same event. */
import { reportChange, slot } from "../dom.js";
import { nameChoice } from "../names.js";
import { humanize, propertyList } from "./event_properties.js";
import { asOptions } from "./fields.js";

const RESERVED = "Names with $ are Carillon’s own. Write it without the $.";

/** The choice of an event: {element, value}. */
export function eventChoice(event, site, onChange) {
  const options = site.catalogue.events.map(({ key, label, reserved, waits, new: isNew }) => ({
    value: key, label: waits ? `${label} (not seen yet)` : isNew ? `${label} (new)` : label, group: reserved ? "What Carillon sees by itself" : "What this site sends",
  }));
  const refuse = (name) => (name.startsWith("$") ? RESERVED : "");
  return nameChoice("Event", options, event, { placeholder: "Choose an event…", noun: "event", onChange, refuse, declare: site.declare?.("event") });
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
    properties = chosen.value ? propertyList(saved, known(), namingOf(chosen.value, site), site) : null;
    details.replaceChildren(...(properties ? [properties.element] : []));
    reportChange(details);
  }
  const known = () => propertiesOf(chosen.value, site);
  show(where ?? []);
  return {
    choice: chosen.element, details, known,
    naming: () => namingOf(chosen.value, site),
    read: () => ({ event: chosen.value, where: properties?.read() }),
  };
}

/** The properties that an event was seen with, as fields to compare: of another type, too, as events may differ. */
function propertiesOf(event, site) {
  const known = site.catalogue.events.find(({ key }) => key === event)?.properties ?? [];
  return known.map((one) => ({ ...one, label: one.label ?? humanize(one.key), options: asOptions(one.values), open: true }));
}

function namingOf(event, site) {
  return { noun: "detail", declare: event && !event.startsWith("$") ? site.declare?.("property", event) : undefined };
}

/** The choice of one property; `offer(properties)` puts others on offer, and keeps the chosen one if it is among them. */
export function propertyChoice(label, saved, properties, naming) {
  const element = slot();
  let chosen;
  function show(offered, value) {
    const options = offered.map(({ key, label: words, waits }) => ({ value: key, label: waits ? `${words} (not seen yet)` : words }));
    chosen = nameChoice(label, options, value, { placeholder: "Choose a detail…", ...naming() });
    element.replaceChildren(chosen.element);
    reportChange(element);
  }
  show(properties, saved);
  return {
    element,
    offer: (offered) => show(offered, offered.some(({ key }) => key === chosen.value) ? chosen.value : undefined),
    read: () => chosen.value,
  };
}
