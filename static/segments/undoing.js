/** Undo and redo in the rule builder: two buttons, and the keys that people know. */
import { firstControl, h } from "./dom.js";
import { stepHistory } from "./history.js";
import { icon } from "./icons.js";

const CONTROLS = "select, input, textarea, button";
const UNDO = -1;
const REDO = 1;

/**
 * `tree`: the element that holds the controls; `root()`: the outermost editor; `write()`: the rule as it stands;
 * `show(text)`: build the controls anew; `say(words)`: read out.
 */
export function undoing({ tree, root, write, show, say }) {
  let steps = null;
  let written = null; // {field, before}: the field of text with the focus, as it was when that came
  let waiting;
  let words = ""; // what was announced in this step
  const undo = button("Undo", "undo", "Control+Z Meta+Z", () => go(UNDO));
  const redo = button("Redo", "redo", "Control+Shift+Z Meta+Shift+Z Control+Y", () => go(REDO));

  /** One thing that somebody does is several events; when all of them are through, it is one step. */
  function note(event) {
    const field = event?.type === "input" && isTyped(event.target) ? event.target : null;
    const control = event?.target;
    clearTimeout(waiting?.timer);
    waiting = { ...waiting, field: waiting?.field ?? field, control, timer: setTimeout(flush) };
  }
  function flush() {
    if (!waiting) return;
    clearTimeout(waiting.timer);
    const { field, control, isLeft } = waiting;
    waiting = null;
    const what = words || describe(control);
    words = "";
    const worked = isControl(control) && tree.contains(control) ? control : document.activeElement;
    steps?.record(write(), { what, where: locate(worked, root(), tree) }, isLeft ? null : field);
    mark();
  }
  function go(by) {
    flush();
    const moved = steps?.move(by);
    if (!moved) return;
    const onButton = [undo, redo].includes(document.activeElement);
    show(moved.text);
    if (!onButton) focusAgain(moved.step.where, root(), tree);
    mark();
    say(`${by === UNDO ? "Undone" : "Done again"}: ${moved.step.what}`);
  }
  function mark() {
    undo.setAttribute("aria-disabled", String(!steps?.canMove(UNDO)));
    redo.setAttribute("aria-disabled", String(!steps?.canMove(REDO)));
  }
  /** In a field of text the browser's own undo comes first, as long as it has something to take back there. */
  function isOurs(event, by) {
    const { target } = event;
    if (!tree.contains(target)) return target === document.body || target === undo || target === redo;
    if (!isText(target)) return true;
    return by === UNDO ? written?.field !== target || written.before === target.value : steps?.canMove(REDO);
  }
  document.addEventListener("keydown", (event) => {
    const by = directionOf(event);
    if (!by || event.defaultPrevented) return;
    flush();
    if (!steps || !isOurs(event, by)) return;
    event.preventDefault();
    go(by);
  });
  tree.addEventListener("focusin", ({ target }) => {
    if (isText(target)) written = { field: target, before: target.value };
  });
  tree.addEventListener("focusout", () => {
    if (waiting) waiting.isLeft = true;
    else steps?.close();
  });
  for (const next of ["keydown", "pointerdown", "beforeinput"]) tree.addEventListener(next, flush, { capture: true });
  tree.addEventListener("ruleannounce", ({ detail }) => (words = detail.split(". ")[0].replace(/\.?$/, ".")));

  return {
    element: h("div", { class: "rule-steps-back", role: "group", "aria-label": "Undo and redo" }, undo, redo),
    note,
    start(text) {
      clearTimeout(waiting?.timer);
      waiting = null;
      steps = stepHistory(text);
      mark();
    },
  };
}

function button(label, sign, keys, click) {
  return h("button", { type: "button", class: "rule-button rule-small", "aria-keyshortcuts": keys, "aria-disabled": "true", on: { click } }, icon(sign), label);
}

/** -1 for Ctrl-Z, 1 for Ctrl-Shift-Z and Ctrl-Y; on a Mac with ⌘, and by the key's place where letters are others. */
function directionOf({ key, code, ctrlKey, metaKey, shiftKey, altKey }) {
  if (altKey || !(ctrlKey || metaKey)) return 0;
  const letter = /^[a-z]$/i.test(key) ? key.toLowerCase() : code.replace("Key", "").toLowerCase();
  if (letter === "z") return shiftKey ? REDO : UNDO;
  return letter === "y" && !shiftKey && ctrlKey ? REDO : 0;
}

/** Where a browser can undo by itself; in its fields for dates and times it cannot. */
function isText(element) {
  return element.tagName === "TEXTAREA" || element.type === "text";
}

/** Where one thing that somebody writes is many events. */
const isTyped = (element) => isText(element) || ["time", "datetime-local"].includes(element.type);

const isControl = (element) => Boolean(element?.matches?.(CONTROLS));

function describe(control) {
  return isControl(control) ? `change of “${control.getAttribute("aria-label")}”.` : "one change.";
}

/** Where a control stands: the places of the items around it, from the outside, and which of the last one's it is. */
function locate(control, root, tree) {
  const path = [];
  if (!tree.contains(control)) return { path, place: -1 };
  let editor = root;
  let box = tree;
  for (let index; (index = editor.children.findIndex(({ element }) => element.contains(control))) >= 0; ) {
    path.push(index);
    box = editor.children[index].element;
    editor = editor.children[index].editor;
  }
  return { path, place: [...box.querySelectorAll(CONTROLS)].indexOf(control), label: control.getAttribute("aria-label") };
}

/** The same control, or what is nearest to where it stood. */
function focusAgain({ path, place, label }, root, tree) {
  let editor = root;
  let box = tree;
  for (const index of path) {
    const item = editor.children[index];
    if (!item) {
      const neighbour = editor.children[index - 1];
      (neighbour ? firstControl(neighbour.element) : editor.fallback).focus();
      return;
    }
    box = item.element;
    editor = item.editor;
  }
  const controls = [...box.querySelectorAll(CONTROLS)].filter((each) => each.checkVisibility());
  const same = box.querySelectorAll(CONTROLS)[place];
  const isSame = same?.checkVisibility() && same.getAttribute("aria-label") === label;
  ((isSame && same) || controls.find((each) => each.getAttribute("aria-label") === label) || controls[0]).focus();
}
