/** The figures of a preview in words, each marked as counted or estimated. */
import { h } from "./dom.js";

const NUMBER = new Intl.NumberFormat("en");
const ROUGH = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

/** What those hear who listen to the page. `state`: {isFinal, why}. */
export function say(answer, state) {
  const share = answer.share === null ? "" : `, ${percent(answer.share)} of subscribers`;
  const off = answer.exact || answer.count === null ? "" : `, give or take ${roundMargin(answer.margin)}`;
  return `${people(answer)} match${off}${share}, ${answer.exact ? "counted exactly." : describeState(answer, state)}`;
}

export function summary(answer, state) {
  const { count, margin, exact, total, share, reachable, warnings, sentence } = answer;
  return [
    h("p", { class: "rule-count" }, h("strong", {}, people(answer)), exact || count === null ? null : ` (± ${roundMargin(margin)})`),
    h("p", { class: "rule-fine rule-state" }, capitalise(describeState(answer, state))),
    ...(share === null ? [] : [h("p", {}, `${percent(share)} of ${NUMBER.format(total)} ${total === 1 ? "subscriber" : "subscribers"}`), ...bar(share)]),
    ...warnings.map((warning) => h("p", { class: "rule-advice" }, warning)),
    reachable === null ? null : h("p", {}, h("strong", {}, exact ? NUMBER.format(reachable) : `about ${ROUGH.format(reachable)}`), " can be reached by a push now"),
    h("p", { class: "rule-sentence" }, sentence),
  ].filter(Boolean);
}

export function details({ sample }) {
  const members = sample.map((one) =>
    h("li", {}, one.url ? h("a", { href: one.url, target: "_blank" }, one.label) : one.label, one.note ? h("span", {}, ` ${one.note}`) : null),
  );
  return members.length ? [h("h4", {}, "Some of them"), h("ul", { class: "rule-sample" }, ...members)] : [];
}

function people({ count, exact, margin, fewer_than: ceiling }) {
  if (count === null) return `fewer than about ${NUMBER.format(ceiling)} people`;
  return `${exact ? "" : "about "}${NUMBER.format(exact ? count : roundLike(count, margin))} ${count === 1 ? "person" : "people"}`;
}

function describeState({ exact, took_ms: ms }, { isFinal, why }) {
  if (exact) return `counted exactly in ${NUMBER.format(ms)} ms.`;
  if (!isFinal) return "counting exactly …";
  return `an estimate from a sample of people. ${why}`;
}

function bar(share) {
  const marker = h("span", { class: "rule-bar-fill" });
  marker.style.width = `${Math.min(share * 100, 100)}%`;
  return [
    h("div", { class: "rule-bar", "aria-hidden": "true" }, h("span", { class: "rule-bar-good" }), marker),
    h("div", { class: "rule-bar-scale", "aria-hidden": "true" }, h("span", {}, "5 %"), h("span", {}, "50 %")),
  ];
}

/** To the first digit of its margin, as the others say nothing: 116,482 ± 1,372 is about 116,000. */
function roundLike(count, margin) {
  const step = 10 ** Math.max(Math.floor(Math.log10(margin)), 0);
  return Math.round(count / step) * step;
}

function roundMargin(margin) {
  const step = 10 ** Math.max(Math.floor(Math.log10(margin)) - 1, 0);
  return NUMBER.format(Math.ceil(margin / step) * step);
}

function percent(share) {
  const points = share * 100;
  if (points > 0 && points < 0.05) return "less than 0.1 %";
  const digits = points > 0 && points < 10 ? 1 : 0;
  return `${points.toLocaleString("en", { maximumFractionDigits: digits })} %`;
}

function capitalise(text) {
  return text[0].toUpperCase() + text.slice(1);
}
