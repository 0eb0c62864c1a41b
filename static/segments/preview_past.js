/** How large the audience was on each of the past days: a small chart, and the same in words. */
import { h } from "./dom.js";

const WIDTH = 240;
const HEIGHT = 48;
const GAP = 2;
const NUMBER = new Intl.NumberFormat("en");
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long" });
const NOTE = "Attributes, devices and memberships are taken as they are now.";

/** A section, or null where there is no past to show. */
export function pastSection({ days, now, exact, sentence }) {
  if (!days.length) return null;
  return h("section", { class: "rule-past" }, h("h4", {}, "The past days"), chart(days, now, exact), h("p", {}, sentence), h("p", { class: "rule-fine" }, NOTE));
}

function chart(days, now, exact) {
  const highest = Math.max(now, 1, ...days.map(({ count }) => count));
  const heightOf = (count) => Math.max((count / highest) * HEIGHT, 1);
  const step = WIDTH / days.length;
  const bars = days.map((day, index) =>
    svg(
      "rect",
      { x: index * step, y: HEIGHT - heightOf(day.count), width: step - GAP, height: heightOf(day.count), class: day.count >= now ? "rule-past-large" : "rule-past-small" },
      svg("title", {}, describe(day, exact)),
    ),
  );
  const level = HEIGHT - heightOf(now);
  const line = svg("line", { x1: 0, x2: WIDTH, y1: level, y2: level, class: "rule-past-now" });
  const label = `${describe(days[0], exact)}; ${describe(days.at(-1), exact)}; now ${people(now, exact)}. The line shows how many there are now.`;
  return svg("svg", { viewBox: `0 -1 ${WIDTH} ${HEIGHT + 1}`, role: "img", "aria-label": label, preserveAspectRatio: "none" }, ...bars, line);
}

function describe({ at, count }, exact) {
  return `${DAY.format(new Date(at))}: ${people(count, exact)}`;
}

function people(count, exact) {
  return `${exact ? "" : "about "}${NUMBER.format(count)} ${count === 1 ? "person" : "people"}`;
}

function svg(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
