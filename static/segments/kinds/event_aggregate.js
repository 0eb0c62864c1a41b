import { comparison } from "../comparison.js";
import { choice } from "../controls.js";
import { h, slot, word } from "../dom.js";
import { windowControl } from "../window.js";
import { eventWithDetails, propertyChoice } from "./events.js";

const FUNCTIONS = [
  { value: "sum", label: "total of" },
  { value: "average", label: "average of" },
  { value: "minimum", label: "smallest" },
  { value: "maximum", label: "largest" },
  { value: "distinct", label: "number of different values of" },
];

export const kind = {
  type: "event_aggregate",
  label: () => "Event totals, averages …",
  build(node, site) {
    const event = eventWithDetails(node, site, () => property.offer(countable()));
    const total = choice("What to work out", FUNCTIONS, node.function, { onChange: () => property.offer(countable()) });
    const property = propertyChoice("Detail", node.property, countable(), event.naming);
    const compared = comparison({ label: "Result", type: "number" }, node, site);
    const when = windowControl(node.within, site);
    // Anything can differ; only numbers can be added up.
    function countable() {
      return event.known().filter(({ type }) => total.value === "distinct" || type === "number");
    }
    return {
      element: h(
        "div",
        { class: "rule-parts" },
        slot(word("over all"), event.choice, word("the"), total, property.element, compared.element, when.element),
        event.details,
      ),
      read: () => ({
        ...event.read(), function: total.value, property: property.read(), ...compared.read(), within: when.read(),
      }),
    };
  },
};
