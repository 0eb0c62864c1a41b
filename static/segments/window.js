/** When: ever, in the last 24 hours, this week, between two dates … */
import { choice } from "./controls.js";
import { reportChange, slot, word } from "./dom.js";
import { durationInput, timeInput } from "./times.js";

const CALENDAR = { today: "today", yesterday: "yesterday", this_week: "this week", this_month: "this month" };

/** Kind of window → what it is called, and its controls for the saved `within`. */
const WINDOWS = {
  ever: { label: "at any time", build: () => ({ read: () => undefined }) },
  last: { label: "in the last", build: buildLast },
  ...Object.fromEntries(
    Object.entries(CALENDAR).map(([key, label]) => [key, { label, build: () => ({ read: () => ({ calendar: key }) }) }]),
  ),
  between_ago: { label: "between … and … ago", build: buildBetweenAgo },
  since: { label: "since", build: buildSince },
  between: { label: "between two dates", build: buildBetween },
};

/** The control for `within`; its `read()` is undefined for "at any time", which a rule says by leaving it out. */
export function windowControl(within, site) {
  const options = Object.entries(WINDOWS).map(([value, { label }]) => ({ value, label }));
  const body = slot();
  let editor;
  const kind = choice("When", options, kindOf(within), { onChange: () => show({}) });
  function show(saved) {
    editor = WINDOWS[kind.value].build(saved, site);
    body.replaceChildren(...(editor.element ? [editor.element] : []));
    reportChange(body);
  }
  show(within ?? {});
  return { element: slot(kind, body), read: () => editor.read() };
}

function kindOf(within) {
  if (!within) return "ever";
  return within.calendar ?? Object.keys(within)[0];
}

function buildLast({ last }) {
  const duration = durationInput("When", last);
  return { element: duration.element, read: () => ({ last: duration.read() }) };
}

function buildBetweenAgo({ between_ago: [far, near] = [{ days: 14 }, { days: 7 }] }) {
  const first = durationInput("When, from", far);
  const second = durationInput("When, to", near);
  const element = slot(first.element, word("and"), second.element, word("ago"));
  return { element, read: () => ({ between_ago: [first.read(), second.read()] }) };
}

function buildSince({ since }, site) {
  const time = timeInput("Since", since, site.zone);
  return { element: time.element, read: () => ({ since: time.read() }) };
}

function buildBetween({ between: [from, to] = [] }, site) {
  const first = timeInput("From", from, site.zone);
  const second = timeInput("To", to, site.zone);
  const element = slot(first.element, word("and"), second.element);
  return { element, read: () => ({ between: [first.read(), second.read()] }) };
}
