import { numberInput } from "../controls.js";
import { h, slot, word } from "../dom.js";
import { windowControl } from "../window.js";
import { eventWithDetails, propertyChoice } from "./events.js";

export const kind = {
  type: "event_repeat",
  label: () => "Same thing several times",
  build(node, site) {
    const event = eventWithDetails(node, site, () => same.offer(event.known()));
    const same = propertyChoice("The same", node.property, event.known());
    const times = numberInput("Times", node.count?.value ?? 3, { min: 1, step: 1 });
    const when = windowControl(node.within, site);
    const count = () => ({ operator: "at_least", value: times.value === "" ? null : Number(times.value) });
    return {
      element: h(
        "div",
        { class: "rule-parts" },
        slot(
          word("did"), event.choice, word("with the same"), same.element,
          h("span", { class: "rule-together" }, word("at least"), times, word("times")), when.element,
        ),
        event.details,
      ),
      read: () => ({ ...event.read(), property: same.read(), count: count(), within: when.read() }),
    };
  },
};
