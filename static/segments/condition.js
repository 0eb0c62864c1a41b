/** One condition: what it is about, the controls for that, and the button that takes it away. */
import { choice } from "./controls.js";
import { h, reportChange } from "./dom.js";
import { keepSource } from "./unchanged.js";
import { KINDS, kindOf } from "./kinds/index.js";

/** `node` is the condition as saved, or {} for a new one whose kind is yet to be chosen. */
export function conditionEditor(node, site) {
  const body = h("div", { class: "rule-body" });
  const first = node.type ? kindOf(node) : null;
  let editor;
  let type = node.type;

  function show(saved, kind) {
    editor = kind?.build(saved, site);
    body.replaceChildren(...(editor ? [editor.element] : []));
    reportChange(body);
  }
  const kinds = KINDS.map((kind) => ({ value: kind.type, label: kind.label(site.catalogue) }));
  const about = choice("Kind of condition", kinds, undefined, {
    placeholder: "What is it about?",
    onChange: (chosen) => {
      type = chosen;
      show({ type }, KINDS.find((kind) => kind.type === chosen));
    },
  });
  about.classList.add("rule-kind");
  if (first && KINDS.includes(first)) about.value = first.type;
  // What the builder cannot show can be kept or removed, not turned into something else.
  else if (first) about.hidden = about.disabled = true;
  show(node, first);
  return {
    element: h("div", { class: "rule-condition", role: "group", "aria-label": "Condition" }, about, body),
    write: keepSource(node, () => (editor ? { type, ...editor.read() } : {})),
    children: [],
  };
}
