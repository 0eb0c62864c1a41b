import { asOptions, fieldCondition } from "./fields.js";

export const kind = {
  type: "attribute",
  label: ({ attributes }) => {
    const some = attributes.slice(0, 2).map(({ label }) => label.toLowerCase());
    return some.length ? `Attribute (${some.join(", ")} …)` : "Attribute";
  },
  build(node, site) {
    const fields = site.catalogue.attributes.map((one) => ({ ...one, elementType: one.element_type, options: asOptions(one.values) }));
    const naming = { noun: "attribute", declare: site.declare?.("attribute") };
    return fieldCondition({ label: "Attribute", name: "key", fields, naming, placeholder: "Choose an attribute…" }, node, site);
  },
};
