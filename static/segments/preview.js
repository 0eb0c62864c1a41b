/**
 * Who the rule would choose: a first answer soon after every change, then the exact one, then who would join and leave
 * a segment that is saved, then the past 30 days.
 */
import { h } from "./dom.js";
import { comparingSection, comparisonSection } from "./preview_comparison.js";
import { pastSection } from "./preview_past.js";
import { details, say as put, summary } from "./preview_figures.js";

const WAIT_MS = 300;
const BUSY = 429;
const MOST_RETRIES = 20;
const NO_ANSWER = { body: { problems: [{ message: "The server did not answer. Try again in a moment." }] } };

/**
 * `ask(path, how, signal)` posts the rule, with what `how` adds to it, and resolves to {status, body, retryAfter}.
 * The panel is empty until `update()` is called; `onProblems(list)` hears what is wrong with the rule, or an empty list.
 * `onRemarks(list)` returns the messages it has put elsewhere, so that they are not said here, too.
 * `isSaved`: there are members to compare with.
 */
export function previewPanel({ ask, onProblems, onRemarks, isSaved }) {
  const status = h("p", { class: "rule-visually-hidden", role: "status", "aria-live": "polite" });
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
  function show(answer, state) {
    element.classList.remove("rule-waiting");
    const placed = onRemarks(answer.remarks);
    const warnings = answer.warnings.filter((warning) => !placed.includes(warning));
    content.replaceChildren(...summary({ ...answer, warnings }, state), ...details(answer));
    status.textContent = put(answer, state);
  }
  /** Asked again while others are being counted. */
  async function askPatiently(path, how, signal) {
    for (let turn = 0; ; turn += 1) {
      const answer = await ask(path, how, signal);
      if (answer.status !== BUSY || turn >= MOST_RETRIES) return answer;
      await pause(answer.retryAfter, signal);
    }
  }
  async function count() {
    running = new AbortController();
    const { signal } = running;
    try {
      const first = await askPatiently("", { exact: false }, signal);
      if (signal.aborted) return;
      onProblems(first.status === 200 ? [] : first.body.problems);
      if (first.status !== 200) {
        say(words(first), "rule-note rule-error");
        return;
      }
      if (!first.body.exact) await countExactly(first.body, signal);
      else show(first.body, { isFinal: true });
      if (!signal.aborted && isSaved) await showComparison(signal);
      if (!signal.aborted) await showPast(signal);
    } catch {
      if (!signal.aborted) say(words(NO_ANSWER), "rule-note rule-error");
    }
  }
  async function countExactly(estimate, signal) {
    show(estimate, { isFinal: false });
    const answer = await askPatiently("", { exact: true }, signal).catch(() => NO_ANSWER);
    if (signal.aborted) return;
    if (answer.status === 200) show(answer.body, { isFinal: true });
    else show(estimate, { isFinal: true, why: words(answer) });
  }
  async function showComparison(signal) {
    const waiting = comparingSection();
    content.querySelector(".rule-sentence").after(waiting);
    const answer = await askPatiently("comparison/", {}, signal).catch(() => NO_ANSWER);
    if (signal.aborted) return;
    const section = comparisonSection(answer);
    if (section) waiting.replaceWith(section);
    else waiting.remove();
  }
  async function showPast(signal) {
    const { status: code, body } = await askPatiently("history/", {}, signal).catch(() => ({}));
    if (code !== 200 || signal.aborted) return;
    const section = pastSection(body);
    const above = content.querySelector(".rule-comparison") ?? content.querySelector(".rule-sentence");
    if (section) above.after(section);
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

function words({ body }) {
  return body.problems.map(({ message }) => message).join(" ");
}

function pause(seconds, signal) {
  return new Promise((resolve, reject) => {
    // Those who were refused together do not come back together.
    setTimeout(resolve, 1000 * seconds * (0.5 + Math.random()));
    signal.addEventListener("abort", reject, { once: true });
  });
}
