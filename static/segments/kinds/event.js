import { choice } from "../controls.js";
import { countControl } from "../count.js";
import { h, reportChange, slot } from "../dom.js";
import { windowControl } from "../window.js";
import { propertyList } from "./event_properties.js";

export const kind = {
  type: "event",
  label: () => "Event: did or did not",
  build(node, site) {
    const { events } = site.catalogue;
    const count = countControl(node.count, { some: "did", none: "did not do", prefix: "did" });
    const options = events.map(({ key, label }) => ({ value: key, label }));
    const event = choice("Event", options, node.event, { placeholder: "Choose an event…", onChange: () => show([]) });
    const when = windowControl(node.within, site);
    const body = slot();
    let properties;

    function show(where) {
      const known = events.find(({ key }) => key === event.value)?.properties ?? [];
      properties = event.value ? propertyList(where, known, site) : null;
      body.replaceChildren(...(properties ? [properties.element] : []));
      reportChange(body);
    }
    show(node.where ?? []);
    return {
      element: h("div", { class: "rule-parts" }, slot(count.element, event, when.element), body),
      read: () => ({ event: event.value, count: count.read(), within: when.read(), where: properties?.read() }),
    };
  },
};
