/** The rule builder: turns the textarea that holds a rule into controls, and keeps the two alike. */
import { complaints } from "./complaints.js";
import { h } from "./dom.js";
import { groupEditor } from "./group.js";
import { previewPanel } from "./preview.js";
import { clearProblems, showProblems, showRemarks } from "./problems.js";
import { snapshotForm } from "./snapshot.js";

const EVERYBODY = { type: "group", match: "all", conditions: [] };
const TIP = "Alt + ↑ or ↓ moves a condition within its group.";

/** `box`: the widget's element, with the addresses and the site's field in its data attributes. */
function mount(box) {
  const textarea = box.querySelector("textarea");
  const form = textarea.form;
  const siteField = form.elements[box.dataset.siteField];
  const siteId = () => box.dataset.site || siteField?.value;
  const live = h("p", { class: "rule-visually-hidden", "aria-live": "polite" });
  const tree = h("div", { class: "rule-tree" });
  const complaining = complaints(tree);
  const preview = previewPanel({ ask, onProblems: (problems) => showProblems(root, problems), onRemarks: (remarks) => showRemarks(root, remarks), isSaved: Boolean(box.dataset.segment) });
  let root = null;
  let counted = ""; // the rule that the panel is about

  async function load() {
    root = null;
    counted = "";
    tree.replaceChildren();
    if (!siteId()) return preview.wait("Choose a site first: its attributes and events are what a rule is made of.");
    preview.wait("Loading …");
    const asked = siteId();
    const response = await fetch(box.dataset.catalogueUrl.replace("/0/", `/${asked}/`)).catch(() => null);
    if (asked !== siteId()) return undefined;
    if (!response?.ok) return preview.wait("What is known about this site could not be loaded. Reload the page to try again.");
    return build(await response.json());
  }
  function build({ timezone, ...catalogue }) {
    const segment = Number(box.dataset.segment) || null;
    const saved = JSON.parse(textarea.value || "null")?.root ?? EVERYBODY;
    // A rule made elsewhere may begin with a single condition; the builder begins with a group.
    const start = saved.type === "group" ? saved : { ...EVERYBODY, conditions: [saved] };
    root = groupEditor(start, { catalogue, zone: timezone, segment }, { outermost: true });
    tree.replaceChildren(root.element, h("p", { class: "rule-fine" }, TIP));
    keep();
    showProblems(root, JSON.parse(box.dataset.problems));
  }
  function keep() {
    if (!root) return;
    textarea.value = JSON.stringify({ version: 1, root: root.read() });
    complaining.update();
    const isWhole = !unfinished().length;
    if (isWhole && textarea.value === counted) return; // somebody only left the field they had written in
    counted = isWhole ? textarea.value : "";
    clearProblems(root);
    if (isWhole) preview.update();
    else preview.wait("Finish the condition to see how many people it chooses.");
  }
  const unfinished = () => [...tree.querySelectorAll(":is(select, input, textarea):invalid")];

  /** Post the rule, and what `how` adds to it, to the preview or to a path below it. */
  async function ask(path, how, signal) {
    const token = form.elements.csrfmiddlewaretoken.value;
    const response = await fetch(box.dataset.previewUrl + path, {
      method: "POST",
      signal,
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      body: JSON.stringify({ site: Number(siteId()), rule: JSON.parse(textarea.value), segment: Number(box.dataset.segment) || null, ...how }),
    });
    const body = response.status === 204 ? null : await response.json();
    return { status: response.status, retryAfter: Number(response.headers.get("Retry-After")), body };
  }

  for (const change of ["input", "change", "rulechange"]) tree.addEventListener(change, keep);
  tree.addEventListener("ruleannounce", ({ detail }) => (live.textContent = detail));
  // Lines of text are judged as they are written, everything else when somebody wants to go on.
  tree.addEventListener("input", ({ target }) => {
    if (target.tagName === "TEXTAREA" && target.value.trim()) live.textContent = complaining.check([target]);
  });
  tree.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
    event.preventDefault(); // a segment that is half made must not be saved
    live.textContent = complaining.check([event.target]);
  });
  form.addEventListener("submit", (event) => {
    const controls = root ? unfinished() : [];
    if (!controls.length) return;
    event.preventDefault();
    complaining.check(controls);
    controls[0].focus();
  });
  siteField?.addEventListener?.("change", load);
  box.append(h("div", { class: "rule-columns" }, tree, h("div", { class: "rule-side" }, preview.element, snapshotForm(ask))), live);
  load();
}

document.querySelectorAll("[data-rule-builder]").forEach(mount);
