import { COUNTRIES } from "../countries.js";
import { asOptions, fieldCondition } from "./fields.js";

export const kind = {
  type: "profile",
  label: () => "Profile (country, city …)",
  build(node, site) {
    const fields = site.catalogue.profile.map((one) =>
      one.key === "country"
        ? { ...one, options: COUNTRIES, strict: true }
        : { ...one, options: asOptions(one.values) },
    );
    return fieldCondition({ label: "Profile field", name: "field", fields, placeholder: "Choose a field…" }, node, site);
  },
};
