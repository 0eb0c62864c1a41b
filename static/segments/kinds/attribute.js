import { asOptions, fieldCondition, guessType } from "./fields.js";

export const kind = {
  type: "attribute",
  label: ({ attributes }) => {
    const some = attributes.slice(0, 2).map(({ label }) => label.toLowerCase());
    return some.length ? `Attribute (${some.join(", ")} …)` : "Attribute";
  },
  build(node, site) {
    const fields = site.catalogue.attributes.map((one) => ({ ...one, options: asOptions(one.values) }));
    const describe = (key, saved) => ({ key, label: key, type: guessType(saved), options: [] });
    return fieldCondition({ label: "Attribute", name: "key", fields, describe, placeholder: "Choose an attribute…" }, node, site);
  },
};
