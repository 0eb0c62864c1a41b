/** Elements in one line: h("p", {class: "note"}, "text", child). Handlers go under `on`, as in {on: {click: …}}. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  const { on = {}, ...plain } = attributes;
  for (const [name, value] of Object.entries(plain)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  for (const [name, handler] of Object.entries(on)) element.addEventListener(name, handler);
  element.append(...children.filter((child) => child != null));
  return element;
}

/** A box without a look of its own, whose contents come and go with the choices before it. */
export function slot(...children) {
  return h("span", { class: "rule-slot" }, ...children);
}

/** A word between two controls: "and", "times". */
export function word(text) {
  return h("span", { class: "rule-word" }, text);
}

/** Tell the builder that its structure changed; values that people type tell it by themselves. */
export function reportChange(element) {
  element.dispatchEvent(new CustomEvent("rulechange", { bubbles: true }));
}

/** The first thing in `element` that a person can operate. */
export function firstControl(element) {
  return element.querySelector("select, input, textarea, button");
}

/** Read a word out to those who listen to the page instead of looking at it. */
export function announce(element, words) {
  element.dispatchEvent(new CustomEvent("ruleannounce", { bubbles: true, detail: words }));
}
