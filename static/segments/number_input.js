/** A field for a number. Not of the browser's own kind: that drops a comma in silence, and 1299,5 becomes 12995. */
import { h } from "./dom.js";
import { readNumber, showNumber } from "./numbers.js";

/**
 * `value` as saved; one that nobody touches stays as it was written. `whole`: no fractions; `digits`: at most so many.
 * `read()` gives null while there is no number; `limit(max)` sets another upper bound.
 */
export function numberInput(label, value, { min, max, whole = false, digits = Infinity } = {}) {
  const shown = value == null ? "" : showNumber(value);
  const input = h("input", {
    type: "text", "aria-label": label, value: shown, required: true, autocomplete: "off",
    inputmode: whole ? "numeric" : "decimal", class: "rule-control rule-number",
  });
  let most = max;

  function check() {
    input.setCustomValidity(input.value.trim() && input.value !== shown ? complain() : complainOfRange(value));
  }
  function complain() {
    try {
      const number = readNumber(input.value);
      const fraction = showNumber(number).split(".")[1] ?? "";
      if (whole && fraction) return "This must be a whole number.";
      if (fraction.length > digits) return `At most ${digits} digits may follow the point.`;
      return complainOfRange(number);
    } catch (error) {
      return error.message;
    }
  }
  function complainOfRange(number) {
    if (number == null || !input.value.trim()) return "";
    if (min !== undefined && number < min) return `This must be at least ${min}.`;
    return most !== undefined && number > most ? `This must be at most ${most}.` : "";
  }
  function read() {
    if (input.value === shown) return value ?? null;
    return input.value.trim() && !complain() ? readNumber(input.value) : null;
  }
  /** Whoever wrote 1.299,50 sees as what it was taken. */
  function tidy() {
    const number = read();
    if (number !== null && input.value !== shown) input.value = showNumber(number);
  }
  function step(event) {
    const by = whole && !event.altKey && { ArrowUp: 1, ArrowDown: -1 }[event.key];
    const next = by && Number(read() ?? 0) + by;
    if (!by || (min !== undefined && next < min) || (most !== undefined && next > most)) return;
    event.preventDefault();
    input.select();
    document.execCommand("insertText", false, String(next)); // as if typed, so that the browser can undo it
  }
  input.addEventListener("input", check);
  input.addEventListener("change", tidy);
  input.addEventListener("keydown", step);
  check();
  return {
    element: input,
    read,
    limit(bound) {
      most = bound;
      check();
    },
  };
}
