import { numberInput, textInput } from "../controls.js";
import { h, slot, word } from "../dom.js";

const PER_PERCENT = 100; // a share is counted in ten-thousandths
const NOTE = "A draw always gives the same people. Those drawn under another name are drawn independently.";

export const kind = {
  type: "bucket",
  label: () => "A stable random share",
  build(node) {
    const from = percentInput("Share, from", node.from ?? 0);
    const to = percentInput("Share, to", node.to ?? 1000);
    const { input: salt, element: name } = textInput("Name of the draw", node.salt, { placeholder: "like spring test" });
    function check() {
      const empty = from.read() >= to.read();
      to.input.setCustomValidity(empty ? "The share must end above where it begins." : "");
    }
    check();
    const share = h("span", { class: "rule-together" }, from.input, word("% to"), to.input, word("%"));
    return {
      element: h(
        "div",
        { class: "rule-parts", on: { input: check } },
        slot(word("are in the share from"), share, word("of the draw"), name),
        h("p", { class: "rule-fine" }, NOTE),
      ),
      read: () => ({ salt: salt.value, from: from.read(), to: to.read() }),
    };
  },
};

function percentInput(label, share) {
  const input = numberInput(`${label} (percent)`, share / PER_PERCENT, { min: 0, max: 100, step: 1 / PER_PERCENT });
  return { input, read: () => (input.value === "" ? null : Math.round(Number(input.value) * PER_PERCENT)) };
}
