/** Whom saving the rule would add to the saved segment, and whom it would remove. */
import { h } from "./dom.js";

const MOST_NAMED = 6;

/** A section, or null where the rule is as it is saved. `answer`: {status, body} of what the server says. */
export function comparisonSection({ status, body }) {
  if (status === 204) return null;
  const words = status === 200 ? body.sentence : body.problems.map(({ message }) => message).join(" ");
  return section(h("p", { role: "status" }, words), ...(status === 200 ? [bar(body.parts), ...body.parts.flatMap((part) => some(part, body.examples)), uses(body.used_by)] : []));
}

/** While it is being counted. */
export function comparingSection() {
  return section(h("p", { class: "rule-fine" }, "comparing …"));
}

function section(...children) {
  return h("section", { class: "rule-comparison" }, h("h4", {}, "Compared with now"), ...children);
}

function bar(parts) {
  const pieces = parts.map(({ key, width }) => {
    const piece = h("span", { class: `rule-move-${key}` });
    piece.style.width = `${width}%`;
    return piece;
  });
  return h("div", { class: "rule-moves", "aria-hidden": "true" }, ...pieces);
}

function some({ key, label, words }, examples) {
  const people = examples[key] ?? [];
  if (!people.length) return [];
  const items = people.map(({ label: name, note, url }) =>
    h("li", {}, url ? h("a", { href: url, target: "_blank" }, name) : name, note ? h("span", {}, ` ${note}`) : null),
  );
  return [h("details", {}, h("summary", {}, `${label}: ${words}, some of them`), h("ul", { class: "rule-sample" }, ...items))];
}

function uses(list) {
  if (!list.length) return null;
  const named = list.slice(0, MOST_NAMED).map(({ kind, name, status, note }) => h("li", {}, `${kind === "campaign" ? "Campaign" : "Segment"} “${name}”`, h("span", {}, ` ${status}, ${note}`)));
  const more = list.length > MOST_NAMED ? [h("li", {}, `and ${list.length - MOST_NAMED} more`)] : [];
  return h("div", {}, h("h4", {}, "A change reaches"), h("ul", { class: "rule-sample" }, ...named, ...more));
}
