/** Who the rule would choose, counted again a moment after every change. */
import { h } from "./dom.js";

const WAIT_MS = 400;
const NUMBER = new Intl.NumberFormat("en");

/**
 * `ask(signal)` posts the rule and resolves to {ok, body}. The panel is empty until `update()` is called;
 * `onProblems(list)` hears what is wrong with the rule, or an empty list.
 */
export function previewPanel({ ask, onProblems }) {
  const status = h("p", { class: "rule-visually-hidden", role: "status" });
  const content = h("div", {});
  const element = h("section", { class: "rule-preview", "aria-label": "Who matches now" }, h("h3", {}, "Who matches now"), content, status);
  let timer;
  let running;

  function say(text, className = "rule-note") {
    element.classList.remove("rule-waiting");
    content.replaceChildren(h("p", { class: className }, text));
    status.textContent = text;
  }
  function cancel() {
    clearTimeout(timer);
    running?.abort();
  }
  async function count() {
    running = new AbortController();
    const { signal } = running;
    try {
      const { ok, body } = await ask(signal);
      if (signal.aborted) return;
      onProblems(ok ? [] : body.problems);
      if (ok) show(body);
      else say(body.problems.map(({ message }) => message).join(" "), "rule-note rule-error");
    } catch {
      if (!signal.aborted) say("The server did not answer. Try again in a moment.", "rule-note rule-error");
    }
  }
  function show(body) {
    element.classList.remove("rule-waiting");
    content.replaceChildren(...summary(body), ...details(body));
    status.textContent = `${people(body)} match, ${percent(body.share)} of subscribers.`;
  }
  return {
    element,
    /** Count anew, once nothing has changed for a moment. */
    update() {
      cancel();
      if (!content.querySelector(".rule-count")) say("Counting …");
      element.classList.add("rule-waiting");
      timer = setTimeout(count, WAIT_MS);
    },
    /** Say why there is nothing to count yet. */
    wait(reason) {
      cancel();
      say(reason);
    },
  };
}

function summary({ count, exact, margin, total, share, reachable, ...rest }) {
  const marker = h("span", { class: "rule-bar-fill" });
  marker.style.width = `${Math.min(share * 100, 100)}%`;
  return [
    h("p", { class: "rule-count" }, h("strong", {}, people({ count, exact })), exact ? null : ` (± ${NUMBER.format(margin)})`),
    h("p", {}, `${percent(share)} of ${NUMBER.format(total)} ${total === 1 ? "subscriber" : "subscribers"}`),
    h("div", { class: "rule-bar", "aria-hidden": "true" }, h("span", { class: "rule-bar-good" }), marker),
    h("div", { class: "rule-bar-scale", "aria-hidden": "true" }, h("span", {}, "5 %"), h("span", {}, "50 %")),
    ...rest.warnings.map((warning) => h("p", { class: "rule-advice" }, warning)),
    h("p", {}, h("strong", {}, NUMBER.format(reachable)), " can be reached by a push now"),
    h("p", { class: "rule-sentence" }, rest.sentence),
  ];
}

function details({ sample, exact, took_ms }) {
  const members = sample.map((one) =>
    h("li", {}, one.url ? h("a", { href: one.url, target: "_blank" }, one.label) : one.label, one.note ? h("span", {}, ` ${one.note}`) : null),
  );
  return [
    ...(members.length ? [h("h4", {}, "Some of them"), h("ul", { class: "rule-sample" }, ...members)] : []),
    h("p", { class: "rule-fine" }, `${exact ? "Counted exactly" : "Estimated"} in ${NUMBER.format(took_ms)} ms`),
  ];
}

function people({ count, exact }) {
  return `${exact ? "" : "about "}${NUMBER.format(count)} ${count === 1 ? "person" : "people"}`;
}

function percent(share) {
  const points = share * 100;
  const digits = points > 0 && points < 10 ? 1 : 0;
  return `${points.toLocaleString("en", { maximumFractionDigits: digits })} %`;
}
