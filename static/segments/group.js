/** A group: all, any, none or at least so many of its conditions, which may be groups themselves. */
import { conditionEditor } from "./condition.js";
import { choice } from "./controls.js";
import { announce, firstControl, h, reportChange, slot, word } from "./dom.js";
import { icon } from "./icons.js";
import { Literal, readJson } from "./lossless.js";
import { moveByKeys } from "./moving.js";
import { numberInput } from "./number_input.js";
import { keepSource } from "./unchanged.js";

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
  const needed = numberInput("How many of them", node.n ?? 2, { min: 1, whole: true });
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
    neededBox.replaceChildren(...(match.value === "at_least" ? [needed.element] : []));
    list.dataset.match = match.value;
    settle();
  }
  function settle() {
    needed.limit(Math.max(items.length, 1));
    list.hidden = !items.length;
    emptyNote.hidden = items.length > 0;
    // A group inside a rule has to say something; the rule itself may be empty: then it is everybody.
    match.setCustomValidity(items.length || outermost ? "" : "Add a condition to this group, or remove it.");
    reportChange(element);
  }
  function insert(saved, index = items.length) {
    const what = saved.type === "group" ? "group" : "condition";
    const item = makeItem(saved, what, site, [
      button(`Duplicate this ${what}`, "copy", () => duplicate(item)),
      button(`Put this ${what} into a group`, "group", () => wrap(item)),
      button(`Remove this ${what}`, "remove", () => drop(item)),
    ]);
    if (items[index]) items[index].element.before(item.element);
    else list.append(item.element);
    items.splice(index, 0, item);
    return item;
  }
  function append(saved) {
    arrive(insert(saved), "added");
  }
  function duplicate(item) {
    arrive(insert(readJson(item.editor.write()), items.indexOf(item) + 1), "duplicated");
  }
  /** In a group of one, the condition means what it meant; what is added there is an alternative to it, or a demand. */
  function wrap(item) {
    const index = items.indexOf(item);
    const inner = item.editor.write();
    take(item);
    arrive(insert(readGroup(match.value === "any" ? "all" : "any", inner), index), "put around it");
  }
  function arrive(item, deed) {
    settle();
    firstControl(item.element).focus();
    announce(element, `${capitalize(item.what)} ${deed}. ${size()}`);
  }
  function take(item) {
    items.splice(items.indexOf(item), 1);
    item.element.remove();
  }
  function drop(item) {
    const index = items.indexOf(item);
    take(item);
    settle();
    const next = items[index] ?? items[index - 1];
    (next ? firstControl(next.element) : addCondition).focus();
    announce(element, `${capitalize(item.what)} removed. ${size()}`);
  }
  const size = () => `${items.length} ${items.length === 1 ? "condition" : "conditions"} in this group.`;

  (node.conditions ?? []).forEach((saved) => insert(saved));
  showMatch();
  const write = keepSource(node, () => ({
    type: "group",
    match: match.value,
    n: match.value === "at_least" ? needed.read() : undefined,
    conditions: items.map(({ editor }) => new Literal(editor.write())),
  }));
  return { element, write, children: items, fallback: addCondition };
}

/** A condition or group as it stands in a list, with the buttons beside it. */
function makeItem(saved, what, site, buttons) {
  const editor = what === "group" ? groupEditor(saved, site) : conditionEditor(saved, site);
  const problem = h("p", { class: "rule-problem", id: `rule-problem-${(made += 1)}`, role: "alert", hidden: true });
  const remark = h("p", { class: "rule-advice", id: `rule-remark-${made}`, hidden: true });
  editor.element.setAttribute("aria-describedby", `${problem.id} ${remark.id}`);
  const row = h("div", { class: "rule-row" }, editor.element, h("div", { class: "rule-deeds" }, ...buttons));
  return { editor, what, problem, remark, element: h("li", { class: "rule-item" }, row, problem, remark) };
}

function button(label, sign, click) {
  return h("button", { type: "button", class: "rule-remove", "aria-label": label, title: label, on: { click } }, icon(sign));
}

const readGroup = (match, inner) => readJson(`{"type":"group","match":"${match}","conditions":[${inner}]}`);

function addButton(what, onClick) {
  return h("button", { type: "button", class: "rule-button", on: { click: onClick } }, `+ ${what}`);
}

function capitalize(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
