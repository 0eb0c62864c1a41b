import { textValue } from "../controls.js";
import { h, slot, word } from "../dom.js";
import { numberInput } from "../number_input.js";

const PER_PERCENT = 100; // a share is counted in ten-thousandths
const NOTE = "A draw always gives the same people. Those drawn under another name are drawn independently.";

export const kind = {
  type: "bucket",
  label: () => "A stable random share",
  build(node) {
    const from = percentInput("Share, from", node.from ?? 0);
    const to = percentInput("Share, to", node.to ?? 1000);
    const salt = textValue("Name of the draw", node.salt, { placeholder: "like spring test" });
    function check() {
      const [first, last] = [from.read(), to.read()];
      const empty = first !== null && last !== null && first >= last;
      to.limit(100);
      if (empty) to.element.setCustomValidity("The share must end above where it begins.");
    }
    check();
    const share = h("span", { class: "rule-together" }, from.element, word("% to"), to.element, word("%"));
    return {
      element: h(
        "div",
        { class: "rule-parts", on: { input: check } },
        slot(word("are in the share from"), share, word("of the draw"), salt.element),
        h("p", { class: "rule-fine" }, NOTE),
      ),
      read: () => ({ salt: salt.read(), from: from.read(), to: to.read() }),
    };
  },
};

function percentInput(label, share) {
  const input = numberInput(`${label} (percent)`, share / PER_PERCENT, { min: 0, max: 100, digits: 2 });
  return { ...input, read: () => (input.read() === null ? null : Math.round(input.read() * PER_PERCENT)) };
}
