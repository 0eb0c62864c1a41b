/** What a control lacks is said beside it, in words, from the moment somebody wants to go on until it is mended. */
import { h } from "./dom.js";

let made = 0;

/** Keeps what is said within `tree`. A control's own `validationMessage` is what is wrong with it. */
export function complaints(tree) {
  const said = new Map(); // control → the element beside it

  function say(control) {
    const words = control.validity.valueMissing && !control.validity.customError ? missing(control) : control.validationMessage;
    const text = said.get(control) ?? h("p", { class: "rule-problem rule-complaint", id: `rule-complaint-${(made += 1)}` });
    if (text.textContent !== words) text.textContent = words;
    if (!text.isConnected) place(text, control);
    control.setAttribute("aria-describedby", text.id);
    control.setAttribute("aria-invalid", "true");
    said.set(control, text);
    return words;
  }
  function withdraw(control) {
    said.get(control).remove();
    said.delete(control);
    control.removeAttribute("aria-describedby");
    control.removeAttribute("aria-invalid");
  }
  return {
    /** Say what is wrong with these controls, if anything is; what was said comes back, for those who listen. */
    check: (controls) => controls.filter(({ validity }) => !validity.valid).map(say).join(" "),
    /** After a change: what is mended, or gone, is no longer said. */
    update() {
      for (const control of [...said.keys()]) {
        if (control.validity.valid || !tree.contains(control)) withdraw(control);
        else say(control);
      }
    },
  };
}

/** Beside the control, without parting what is read as one. */
function place(text, control) {
  const line = control.closest(".rule-match");
  if (line) line.append(text);
  else (control.closest(".rule-together, .rule-chip-field") ?? control).after(text);
}

const missing = ({ tagName }) => (tagName === "SELECT" ? "Choose one." : "Fill this in.");
