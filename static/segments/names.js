/** The choice of a name: of what the site has seen, what somebody has declared, or one that is written for the first time. */
import { choice, textInput } from "./controls.js";
import { h, reportChange, slot } from "./dom.js";

const OTHER = "\u0001other"; // no name has such a sign
const LONGEST = 100;

/**
 * `options` as for a choice; `noun`: what is named, “event”; `refuse(name)`: why there can be no such name, or "";
 * `declare(name, choose)`: opens the form in which it can be described; undefined for whoever may not.
 * `onChange()` hears when another name stands there.
 */
export function nameChoice(label, options, value, { placeholder, noun, onChange = () => {}, refuse = () => "", declare }) {
  const other = { value: OTHER, label: `Another ${noun}, not seen yet…` };
  const select = choice(label, [...options, other], value, { placeholder, onChange: select_ });
  const last = [...select.options].find((option) => option.value === OTHER);
  select.append(last); // below a saved name that nobody has seen
  const { input } = textInput(`Name of the ${noun}`, "", { placeholder: "As developers send it" });
  input.maxLength = LONGEST;
  const more = h("button", { type: "button", class: "rule-button rule-quiet", on: { click: () => declare(current(), choose) } }, `Add ${noun}…`);
  const entry = slot();
  let before = select.value;

  const isOther = () => select.value === OTHER;
  const current = () => (isOther() ? input.value.trim() : select.value);
  const isKnown = (name) => options.some((option) => String(option.value) === name);

  function show() {
    const isNew = isOther() || (select.value !== "" && !isKnown(select.value));
    entry.replaceChildren(...(isOther() ? [input] : []), ...(isNew && declare ? [more] : []));
  }
  function select_() {
    change();
    // Whoever walks through the list by keys stays there.
    if (isOther() && !select.matches(":focus-visible")) input.focus();
  }
  function check() {
    const name = input.value.trim();
    input.setCustomValidity(name ? refuse(name) : "");
  }
  /** A name that is complete joins the others in the list. */
  function settle() {
    if (isOther() && current() && input.validity.valid) choose(current());
  }
  function choose(name) {
    const hadFocus = document.activeElement === input;
    if (![...select.options].some((option) => option.value === name)) last.before(h("option", { value: name }, `${name} (not seen yet)`));
    select.value = name;
    input.value = "";
    change();
    if (hadFocus) select.focus();
  }
  function change() {
    show();
    if (current() === before) return;
    before = current();
    onChange();
    reportChange(select);
  }
  input.addEventListener("input", check);
  input.addEventListener("change", settle);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") settle();
  });
  show();
  return {
    element: slot(select, entry),
    get value() {
      return current();
    },
  };
}
