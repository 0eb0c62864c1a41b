import { choice } from "../controls.js";
import { h, reportChange, slot, word } from "../dom.js";

const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const HOURS = [
  { value: "some", label: "between" },
  { value: "any", label: "at any hour" },
];

export const kind = {
  type: "local_time",
  label: () => "Their local time right now",
  build(node) {
    const isNew = Object.keys(node).length === 1;
    const days = daysControl(node.weekdays);
    const hours = hoursControl(node.between ?? (isNew ? ["09:00", "17:00"] : undefined));
    function check() {
      const says = hours.read() || days.read();
      hours.kind.setCustomValidity(says ? "" : "Choose some hours, some days of the week, or both.");
    }
    check();
    return {
      element: h(
        "div",
        { class: "rule-parts", on: { input: check, change: check } },
        slot(word("where they are it is now"), hours.element),
        days.element,
      ),
      read: () => ({ between: hours.read(), weekdays: days.read() }),
    };
  },
};

function hoursControl(saved) {
  const kind = choice("Hours", HOURS, saved ? "some" : "any", { onChange: show });
  const [from, to] = [timeOfDay("Hours, from", saved?.[0] ?? "09:00"), timeOfDay("Hours, to", saved?.[1] ?? "17:00")];
  const overnight = h("span", { class: "rule-word" }, "(overnight)");
  const both = slot(from, word("and"), to);
  const body = slot();
  function settle() {
    overnight.hidden = !(to.value && from.value > to.value);
    to.setCustomValidity(from.value === to.value ? "The two times must differ." : "");
  }
  function show() {
    body.replaceChildren(...(kind.value === "some" ? [both, overnight] : []));
    reportChange(body);
  }
  both.addEventListener("input", settle);
  settle();
  show();
  return { kind, element: slot(kind, body), read: () => (kind.value === "some" ? [from.value, to.value] : undefined) };
}

function timeOfDay(label, value) {
  return h("input", { type: "time", "aria-label": label, value, required: true, class: "rule-control" });
}

/** Which days; none chosen: whichever it is. A saved list keeps its order until another day is chosen. */
function daysControl(saved = []) {
  const boxes = DAYS.map((day) => h("input", { type: "checkbox", value: day, "aria-label": capitalize(day), checked: saved.includes(day) }));
  const labels = boxes.map((box) => h("label", { class: "rule-check" }, box, capitalize(box.value).slice(0, 3)));
  function read() {
    const chosen = boxes.filter(({ checked }) => checked).map(({ value }) => value);
    if (!chosen.length) return undefined;
    return chosen.length === saved.length && chosen.every((day) => saved.includes(day)) ? saved : chosen;
  }
  const element = h("div", { class: "rule-checks", role: "group", "aria-label": "Days of the week" }, word("on"), ...labels);
  element.append(h("span", { class: "rule-fine" }, "None ticked: on any day."));
  return { element, read };
}

function capitalize(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
