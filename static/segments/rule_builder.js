/** The rule builder: turns the textarea that holds a rule into controls, and keeps the two alike. */
import { complaints } from "./complaints.js";
import { addDeclared, declaring } from "./declaring.js";
import { EMPTY, ruleDocument } from "./document.js";
import { h } from "./dom.js";
import { writeJson, Literal } from "./lossless.js";
import { previewPanel } from "./preview.js";
import { clearProblems, showProblems, showRemarks } from "./problems.js";
import { snapshotForm } from "./snapshot.js";
import { undoing } from "./undoing.js";
import { guardUnsaved } from "./unsaved.js";

const PATIENCE_MS = 250;
const TIP = "Alt + ↑ or ↓ moves a condition within its group.";

/** `box`: the widget's element, with the addresses and the site's field in its data attributes. */
function mount(box) {
  const textarea = box.querySelector("textarea");
  const form = textarea.form;
  if (["", "null"].includes(textarea.value.trim())) textarea.value = EMPTY;
  const siteField = form.elements[box.dataset.siteField];
  const siteId = () => box.dataset.site || siteField?.value;
  const segment = Number(box.dataset.segment) || null;
  const live = h("p", { class: "rule-visually-hidden", "aria-live": "polite" });
  const tree = h("div", { class: "rule-tree" });
  const complaining = complaints(tree);
  const preview = previewPanel({ ask, onProblems: (problems) => showProblems(rule.root, rule.place(problems)), onRemarks: (remarks) => showRemarks(rule.root, rule.place(remarks)), isSaved: Boolean(segment) });
  const steps = undoing({ tree, root: () => rule.root, write: () => textarea.value, show, say: (words) => (live.textContent = words) });
  let site = null;
  let rule = null;
  let counted = ""; // the rule that the panel is about

  async function load() {
    rule = null;
    counted = "";
    tree.replaceChildren();
    if (!siteId()) return preview.wait("Choose a site first: its attributes and events are what a rule is made of.");
    preview.wait("Loading …");
    const asked = siteId();
    const response = await fetch(box.dataset.catalogueUrl.replace("/0/", `/${asked}/`)).catch(() => null);
    if (asked !== siteId()) return undefined;
    if (!response?.ok) return preview.wait("What is known about this site could not be loaded. Reload the page to try again.");
    const { timezone, may_declare: allowed, ...catalogue } = await response.json();
    const declare = declaring({ allowed, post: (asked) => send(box.dataset.declareUrl, asked), waitingUrl: `${box.dataset.waitingUrl}?site=${asked}`, onDone: learn });
    site = { catalogue, zone: timezone, segment, declare };
    show(textarea.value);
    steps.start(textarea.value);
    return showProblems(rule.root, rule.place(JSON.parse(box.dataset.problems)));
  }
  /** Build the controls for a rule as it is written. */
  function show(text) {
    rule = ruleDocument(text, site);
    tree.replaceChildren(rule.root.element, h("p", { class: "rule-fine" }, TIP));
    keep();
  }
  function keep() {
    if (!rule) return;
    textarea.value = rule.write();
    complaining.update();
    const isWhole = !unfinished().length;
    if (isWhole && textarea.value === counted) return; // somebody only left the field they had written in
    counted = isWhole ? textarea.value : "";
    clearProblems(rule.root);
    if (isWhole) preview.update();
    else preview.wait("Finish the condition to see how many people it chooses.");
  }
  const sayWrong = (control) => tree.contains(control) && !control.validity.valid && (live.textContent = complaining.check([control]));
  const unfinished = () => [...tree.querySelectorAll(":is(select, input, textarea):invalid")];

  /** Somebody has announced a name: it is chosen where they were, and on offer everywhere. */
  function learn(words, asked, chooseIt) {
    addDeclared(site.catalogue, asked);
    chooseIt();
    show(textarea.value);
    live.textContent = words;
  }

  /** Post something that is asked about the site. */
  async function send(url, asked, signal) {
    const token = form.elements.csrfmiddlewaretoken.value;
    const response = await fetch(url, {
      method: "POST",
      signal,
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      body: writeJson({ site: Number(siteId()), ...asked }),
    });
    const body = response.status === 204 ? null : await response.json();
    return { status: response.status, retryAfter: Number(response.headers.get("Retry-After")), body };
  }

  /** Post the rule, and what `how` adds to it, to the preview or to a path below it. */
  function ask(path, how, signal) {
    return send(box.dataset.previewUrl + path, { rule: new Literal(textarea.value), segment, ...how }, signal);
  }

  for (const change of ["input", "change", "rulechange"]) {
    tree.addEventListener(change, (event) => {
      keep();
      steps.note(event);
    });
  }
  tree.addEventListener("ruleannounce", ({ detail }) => (live.textContent = detail));
  // Lines of text are judged as they are written, everything else when somebody wants to go on.
  tree.addEventListener("input", ({ target }) => {
    if (target.tagName === "TEXTAREA" && target.value.trim()) live.textContent = complaining.check([target]);
  });
  tree.addEventListener("change", ({ target }) => {
    // A field that was left with what cannot be read says so soon; an empty one may be filled in later. Not at once:
    // what moves between pressing a button and letting go of it is not pressed.
    if (target.validity.customError && target.value && !target.closest(".rule-match")) setTimeout(() => sayWrong(target), PATIENCE_MS);
  });
  tree.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
    event.preventDefault(); // a segment that is half made must not be saved
    live.textContent = complaining.check([event.target]);
  });
  form.addEventListener("submit", (event) => {
    const controls = rule ? unfinished() : [];
    if (!controls.length) return;
    event.preventDefault();
    complaining.check(controls);
    controls[0].focus();
  });
  siteField?.addEventListener?.("change", load);
  guardUnsaved(form, { isChanged: "unsaved" in box.dataset });
  const main = h("div", {}, steps.element, tree);
  box.append(h("div", { class: "rule-columns" }, main, h("div", { class: "rule-side" }, preview.element, snapshotForm(ask))), live);
  load();
}

document.querySelectorAll("[data-rule-builder]").forEach(mount);
