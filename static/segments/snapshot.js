/** “Save these people as a list”: a name, and whoever the rule gives at that moment stays on it. */
import { h } from "./dom.js";

let number = 0;

/** `ask(path, how)` posts the rule, with what `how` adds to it, and resolves to {status, body}. */
export function snapshotForm(ask) {
  const id = `snapshot-name-${++number}`;
  const name = h("input", { id, type: "text", maxlength: 128, class: "rule-input" });
  const said = h("p", { role: "status", "aria-live": "polite" });
  const button = h("button", { type: "button", class: "rule-button", on: { click: save } }, "Save as a list");

  async function save() {
    if (!name.value.trim()) {
      say("Give the list a name first.");
      name.focus();
      return;
    }
    button.disabled = true;
    say("Finding them …");
    const { status, body } = await ask("snapshot/", { name: name.value }).catch(() => ({}));
    button.disabled = false;
    if (status !== 200) return say(body?.problems?.map(({ message }) => message).join(" ") ?? "It was not saved: the server did not answer, or you may not add segments.");
    name.value = "";
    said.replaceChildren(`${body.sentence} `, h("a", { href: body.url }, "Open it"));
    return undefined;
  }
  function say(text) {
    said.replaceChildren(text);
  }
  // In a form of its own it could not be, inside the segment's: Enter must not save that one.
  name.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    save();
  });
  return h(
    "details",
    { class: "rule-snapshot" },
    h("summary", {}, "Save these people as a list"),
    h("p", { class: "rule-note" }, "They stay on it, whatever they do later. The segment itself need not be saved."),
    h("label", { for: id }, "Name of the list"),
    h("div", {}, name, button),
    said,
  );
}
