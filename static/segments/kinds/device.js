import { asOptions, fieldCondition } from "./fields.js";

const KINDS = { mobile: "Mobile", tablet: "Tablet", desktop: "Desktop" };

export const kind = {
  type: "device",
  label: () => "Device (mobile, browser …)",
  build(node, site) {
    const fields = site.catalogue.device.map((one) =>
      one.key === "kind"
        ? { ...one, options: asOptions(Object.keys(KINDS), (key) => KINDS[key]), strict: true }
        : { ...one, options: asOptions(one.values) },
    );
    return fieldCondition({ label: "Device field", name: "field", fields, placeholder: "Choose…" }, node, site);
  },
};
