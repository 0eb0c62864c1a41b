import { comparison } from "../comparison.js";
import { choice } from "../controls.js";
import { slot, word } from "../dom.js";
import { eventChoice } from "./events.js";

const OCCURRENCES = [
  { value: "last", label: "the last time of" },
  { value: "first", label: "the first time of" },
];

export const kind = {
  type: "event_recency",
  label: () => "First or last time of an event",
  build(node, site) {
    const occurrence = choice("Which time", OCCURRENCES, node.occurrence);
    const event = eventChoice(node.event, site);
    const time = comparison({ label: "Time", type: "time" }, node, site);
    return {
      element: slot(occurrence, event.element, time.element),
      read: () => ({ event: event.value, occurrence: occurrence.value, ...time.read() }),
    };
  },
};
