import { h, slot, word } from "../dom.js";
import { numberInput } from "../number_input.js";
import { windowControl } from "../window.js";
import { eventWithDetails, propertyChoice } from "./events.js";

export const kind = {
  type: "event_repeat",
  label: () => "Same thing several times",
  build(node, site) {
    const event = eventWithDetails(node, site, () => same.offer(event.known()));
    const same = propertyChoice("The same", node.property, event.known(), event.naming);
    const times = numberInput("Times", node.count?.value ?? 3, { min: 1, whole: true });
    const when = windowControl(node.within, site);
    const count = () => ({ operator: "at_least", value: times.read() });
    return {
      element: h(
        "div",
        { class: "rule-parts" },
        slot(
          word("did"), event.choice, word("with the same"), same.element,
          h("span", { class: "rule-together" }, word("at least"), times.element, word("times")), when.element,
        ),
        event.details,
      ),
      read: () => ({ ...event.read(), property: same.read(), count: count(), within: when.read() }),
    };
  },
};
