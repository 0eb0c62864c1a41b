import { choice } from "../controls.js";
import { slot } from "../dom.js";

const MEMBER = [
  { value: "true", label: "are in" },
  { value: "false", label: "are not in" },
];

export const kind = {
  type: "segment",
  label: () => "In another segment",
  build(node, site) {
    const member = choice("Member or not", MEMBER, String(node.member ?? true));
    const others = site.catalogue.segments.filter(({ id }) => id !== site.segment);
    const options = others.map(({ id, name }) => ({ value: id, label: name }));
    const segment = choice("Segment", options, node.segment, {
      placeholder: "Choose a segment…", whenUnknown: "no longer there",
    });
    return {
      element: slot(member, segment),
      read: () => ({ segment: segment.value ? Number(segment.value) : null, member: member.value === "true" }),
    };
  },
};
