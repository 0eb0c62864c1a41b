import { choice } from "../controls.js";
import { h, reportChange, slot, word } from "../dom.js";
import { rowList } from "../rows.js";
import { durationInput } from "../times.js";
import { windowControl } from "../window.js";
import { eventWithDetails } from "./events.js";

const DEEDS = [
  { value: "did", label: "did" },
  { value: "absent", label: "did not do" },
];
const GAPS = [
  { value: "any", label: "any time between the steps" },
  { value: "most", label: "from one step to the next at most" },
];

export const kind = {
  type: "event_sequence",
  label: () => "Sequence: this, then that",
  build(node, site) {
    const steps = rowList(node.steps ?? [], (saved) => stepControl(saved, site), {
      what: "step", add: "+ Then…", className: "rule-steps", least: 2, most: 6, movable: true, onChange: settle,
    });
    const gap = gapControl(node.gap);
    const when = windowControl(node.within, site);
    return {
      element: h(
        "div",
        { class: "rule-parts" },
        h("div", { class: "rule-where-box" }, steps.list, steps.more),
        slot(gap.element, word("all of it"), when.element),
      ),
      read: () => ({ steps: steps.read(), gap: gap.read(), within: when.read() }),
    };
  },
};

/** Nobody can be found by what did not happen alone: some step must have. */
function settle(rows) {
  const deeds = rows.map(({ element }) => element.querySelector("select"));
  const missing = deeds.every(({ value }) => value === "absent") ? "Let at least one of the steps be something they did." : "";
  for (const deed of deeds) deed.setCustomValidity(missing);
}

function stepControl(saved, site) {
  const deed = choice("Did or did not", DEEDS, saved.absent ? "absent" : "did", { onChange: () => reportChange(deed) });
  const event = eventWithDetails(saved, site);
  const absent = () => deed.value === "absent" || (saved.absent === false ? false : undefined);
  return {
    element: h("div", { class: "rule-parts" }, slot(deed, event.choice), event.details),
    read: () => ({ ...event.read(), absent: absent() }),
  };
}

function gapControl(saved) {
  const body = slot();
  const kind = choice("Time between the steps", GAPS, saved ? "most" : "any", { onChange: () => show({ hours: 24 }) });
  let most;
  function show(duration) {
    most = kind.value === "most" ? durationInput("Between the steps", duration) : null;
    body.replaceChildren(...(most ? [most.element] : []));
    reportChange(body);
  }
  show(saved);
  return { element: slot(kind, body), read: () => most?.read() };
}
