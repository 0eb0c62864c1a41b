/** “Add attribute”, “Add event”, “Add detail”: a name that has not come yet, with what it holds and what it means. */
import { choice } from "./controls.js";
import { h } from "./dom.js";

const WORDS = {
  attribute: { title: "Add an attribute", button: "Add attribute", meaning: "What does it say about a person?" },
  event: { title: "Add an event", button: "Add event", meaning: "When does it happen?" },
  property: { title: "Add a detail", button: "Add detail", meaning: "What does it say about what happened?" },
};
const TYPES = [
  { value: "text", label: "Text" },
  { value: "number", label: "A number" },
  { value: "boolean", label: "Yes or no" },
  { value: "time", label: "A date and time" },
  { value: "list", label: "A list" },
];
const ENTRIES = [
  { value: "text", label: "Text" },
  { value: "number", label: "Numbers" },
];
let made = 0;

/**
 * `post(asked)` sends what is announced and resolves to {status, body}; `onDone(words)` hears of it, once the name is
 * chosen. Returns, for each of `allowed`, a function (what, event) → (name, choose) → nothing: it opens the form.
 */
export function declaring({ allowed, post, waitingUrl, onDone }) {
  return (what, event) => (allowed.includes(what) ? (name, choose) => open(what, { event, name, choose, post, waitingUrl, onDone }) : undefined);
}

/** What was announced, as the catalogue would give it. */
export function addDeclared(catalogue, { what, event, name, type, element_type: entries }) {
  const key = name.trim();
  const told = { key, label: key.replaceAll("_", " ").trim(), type, element_type: entries, values: [], waits: true };
  if (what === "attribute") catalogue.attributes.push(told);
  if (what === "event") addEvent(catalogue, key);
  if (what === "property") addEvent(catalogue, event).properties.push({ ...told, label: undefined });
}

function addEvent({ events }, key) {
  const known = events.find((each) => each.key === key);
  const made_ = { key, label: key.replaceAll("_", " ").trim(), reserved: false, waits: true, properties: [] };
  if (!known) events.push(made_);
  return known ?? made_;
}

function open(what, { event, name, choose, post, waitingUrl, onDone }) {
  const { title, button, meaning } = WORDS[what];
  const before = document.activeElement;
  const nameField = h("input", { type: "text", value: name, required: true, maxlength: 100, autocomplete: "off", class: "rule-control rule-text" });
  const about = h("textarea", { maxlength: 200, rows: 2, class: "rule-control rule-lines" });
  const entries = choice("Its entries are", ENTRIES, "text");
  const entriesField = field("Its entries are", entries);
  const type = choice("It holds", TYPES, "text", { onChange: () => (entriesField.hidden = type.value !== "list") });
  entriesField.hidden = true;
  const said = h("p", { class: "rule-problem", role: "alert" });
  const cancel = h("button", { type: "button", class: "rule-button", on: { click: () => dialog.close() } }, "Cancel");
  const form = h(
    "form",
    { method: "dialog", class: "rule-declare", on: { submit: send } },
    h("h3", {}, event ? `${title} of “${event}”` : title),
    h("p", { class: "rule-note" }, "It can be used at once. It counts from the first time that your site or app sends it."),
    field("Name, as developers send it", nameField),
    ...(what === "event" ? [] : [field("It holds", type)]),
    ...(what === "attribute" ? [entriesField] : []),
    field(`${meaning} Developers read this.`, about),
    said,
    h("div", { class: "rule-add" }, h("button", { type: "submit", class: "rule-button" }, button), cancel, h("a", { href: waitingUrl, target: "_blank" }, "All that we are waiting for")),
  );
  const dialog = h("dialog", { class: "rule-builder rule-dialog", "aria-label": title, on: { close: () => dialog.remove() } }, form);
  // Not inside the segment's own form: a form cannot stand in a form.
  document.body.append(dialog);
  dialog.showModal();
  (name ? about : nameField).focus();

  async function send(submit) {
    submit.preventDefault();
    const asked = { what, event, name: nameField.value, type: type.value, element_type: entries.value, meaning: about.value };
    const { status, body } = await post(asked).catch(() => ({}));
    if (status !== 201) {
      said.textContent = body?.problems?.map(({ message }) => message).join(" ") ?? "It was not added: the server did not answer, or you may not.";
      return;
    }
    dialog.close();
    before?.focus();
    await onDone(`${body.name} added.`, asked, () => choose(body.name));
  }
}

function field(label, control) {
  const id = `rule-declare-${(made += 1)}`;
  control.id = id;
  control.removeAttribute("aria-label");
  return h("div", { class: "rule-field" }, h("label", { for: id }, label), control);
}
