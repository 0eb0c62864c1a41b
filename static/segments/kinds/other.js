/** A condition that was made through the API and has no controls here: it is kept as it is. */
import { h } from "../dom.js";

export const kind = {
  type: "other",
  label: () => "Made elsewhere",
  build(node) {
    const words = "This condition was made outside the builder. It is kept as it is; the sentence beside says what it means.";
    return { element: h("p", { class: "rule-note" }, words), read: () => node };
  },
};
