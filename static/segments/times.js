/** Durations and instants, as people give them: an amount and a unit; a date and a clock time in the site's zone. */
import { choice } from "./controls.js";
import { h, slot } from "./dom.js";
import { numberInput } from "./number_input.js";

const UNITS = ["minutes", "hours", "days", "weeks"].map((unit) => ({ value: unit, label: unit }));

/** `duration` is like {"days": 14}. */
export function durationInput(label, duration = { days: 7 }) {
  const [unit, amount] = Object.entries(duration)[0];
  const number = numberInput(`${label}: how long`, amount, { min: 0 });
  const units = choice(`${label}: unit`, UNITS, unit);
  const read = () => ({ [units.value]: number.read() });
  return { element: h("span", { class: "rule-together" }, number.element, units), read };
}

/** An instant, given as a clock time in `zone`; one that nobody touches keeps its seconds. */
export function timeInput(label, instant, zone) {
  const shown = instant ? toWallTime(instant, zone) : "";
  const input = h("input", {
    type: "datetime-local", "aria-label": `${label} (${zone} time)`, value: shown, required: true, class: "rule-control",
  });
  const note = h("span", { class: "rule-word rule-zone" }, `${zone} time`);
  return {
    element: slot(input, note),
    read: () => (instant && input.value === shown ? instant : input.value && toInstant(input.value, zone)),
  };
}

/** What a clock in `zone` shows at `instant`, like 2026-11-21T13:00. */
export function toWallTime(instant, zone) {
  return new Date(Date.parse(instant) + offsetAt(Date.parse(instant), zone)).toISOString().slice(0, 16);
}

/** The instant at which a clock in `zone` shows `wall`; the first of two in a fold, the one after it in a gap. */
export function toInstant(wall, zone) {
  const asUtc = Date.parse(`${wall}Z`);
  const before = asUtc - offsetAt(asUtc - 86_400_000, zone);
  const after = asUtc - offsetAt(asUtc + 86_400_000, zone);
  const matches = [before, after].filter((at) => at + offsetAt(at, zone) === asUtc);
  return new Date(matches.length ? Math.min(...matches) : Math.max(before, after)).toISOString();
}

function offsetAt(milliseconds, zone) {
  const whole = Math.floor(milliseconds / 60_000) * 60_000;
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric",
  }).formatToParts(whole);
  const part = Object.fromEntries(parts.map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute) - whole;
}
