/** A group: all, any, none or at least so many of its conditions, which may be groups themselves. */
import { conditionEditor } from "./condition.js";
import { choice, numberInput } from "./controls.js";
import { announce, firstControl, h, reportChange, slot, word } from "./dom.js";
import { moveByKeys } from "./moving.js";

const MATCHES = [
  { value: "all", label: "all" },
  { value: "any", label: "any" },
  { value: "none", label: "none" },
  { value: "at_least", label: "at least" },
];

let made = 0;

/** `node` is a group as saved; `outermost` for the one group that a rule begins with. */
export function groupEditor(node, site, { outermost = false } = {}) {
  const items = [];
  const match = choice("Match", MATCHES, node.match ?? "all", { onChange: showMatch });
  const needed = numberInput("How many of them", node.n ?? 2, { min: 1, step: 1 });
  const neededBox = slot();
  const list = h("ol", { class: "rule-conditions" });
  const empty = outermost ? "Everybody, until you add a condition." : "Nothing in this group yet.";
  const emptyNote = h("p", { class: "rule-note rule-empty" }, empty);
  const addCondition = addButton("Condition", () => append({}));
  const addGroup = addButton("Group", () => append({ type: "group", match: "any", conditions: [{}] }));
  const element = h(
    "div",
    { class: "rule-group", role: "group", "aria-label": outermost ? "The rule" : "Group", on: { keydown: moveByKeys(items) } },
    h("div", { class: "rule-match" }, word("Match"), match, neededBox, word("of these")),
    list,
    emptyNote,
    h("div", { class: "rule-add" }, addCondition, addGroup),
  );

  function showMatch() {
    neededBox.replaceChildren(...(match.value === "at_least" ? [needed] : []));
    list.dataset.match = match.value;
    settle();
  }
  function settle() {
    needed.max = Math.max(items.length, 1);
    list.hidden = !items.length;
    emptyNote.hidden = items.length > 0;
    // A group inside a rule has to say something; the rule itself may be empty: then it is everybody.
    match.setCustomValidity(items.length || outermost ? "" : "Add a condition to this group, or remove it.");
    reportChange(element);
  }
  function insert(saved) {
    const editor = saved.type === "group" ? groupEditor(saved, site) : conditionEditor(saved, site);
    const what = saved.type === "group" ? "group" : "condition";
    const remove = h("button", { type: "button", class: "rule-remove", "aria-label": `Remove this ${what}`, on: { click: () => drop(item) } }, "×");
    const problem = h("p", { class: "rule-problem", id: `rule-problem-${(made += 1)}`, role: "alert", hidden: true });
    const remark = h("p", { class: "rule-advice", id: `rule-remark-${made}`, hidden: true });
    editor.element.setAttribute("aria-describedby", `${problem.id} ${remark.id}`);
    const row = h("div", { class: "rule-row" }, editor.element, remove);
    const item = { editor, what, problem, remark, element: h("li", { class: "rule-item" }, row, problem, remark) };
    items.push(item);
    list.append(item.element);
    return item;
  }
  function append(saved) {
    const item = insert(saved);
    settle();
    firstControl(item.element).focus();
    announce(element, `${capitalize(item.what)} added. ${size()}`);
  }
  function drop(item) {
    const index = items.indexOf(item);
    items.splice(index, 1);
    item.element.remove();
    settle();
    const next = items[index] ?? items[index - 1];
    (next ? firstControl(next.element) : addCondition).focus();
    announce(element, `${capitalize(item.what)} removed. ${size()}`);
  }
  const size = () => `${items.length} ${items.length === 1 ? "condition" : "conditions"} in this group.`;

  (node.conditions ?? []).forEach(insert);
  showMatch();
  return { element, read, children: items };

  function read() {
    const conditions = items.map(({ editor }) => editor.read());
    const n = match.value === "at_least" ? Number(needed.value) : undefined;
    return { type: "group", match: match.value, n, conditions };
  }
}

function addButton(what, onClick) {
  return h("button", { type: "button", class: "rule-button", on: { click: onClick } }, `+ ${what}`);
}

function capitalize(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
