import { countControl } from "../count.js";
import { h, slot } from "../dom.js";
import { windowControl } from "../window.js";
import { eventWithDetails } from "./events.js";

export const kind = {
  type: "event",
  label: () => "Event: did or did not",
  build(node, site) {
    const count = countControl(node.count, { some: "did", none: "did not do", prefix: "did" });
    const event = eventWithDetails(node, site);
    const when = windowControl(node.within, site);
    return {
      element: h("div", { class: "rule-parts" }, slot(count.element, event.choice, when.element), event.details),
      read: () => ({ ...event.read(), count: count.read(), within: when.read() }),
    };
  },
};
