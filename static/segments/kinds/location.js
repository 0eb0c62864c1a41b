import { choice } from "../controls.js";
import { h, reportChange, slot } from "../dom.js";
import { areaControl } from "./location_area.js";
import { nearControl } from "./location_near.js";

const WHERE = {
  near: { label: "are near a place", build: nearControl },
  area: { label: "are inside an area on the map", build: areaControl },
};

export const kind = {
  type: "location",
  label: () => "Location (near, inside)",
  build(node, site) {
    const options = Object.entries(WHERE).map(([value, { label }]) => ({ value, label }));
    const where = choice("Where", options, node.polygon ? "area" : "near", { onChange: () => show({}) });
    const body = slot();
    let editor;
    function show(saved) {
      editor = WHERE[where.value].build(saved, site);
      body.replaceChildren(editor.element);
      reportChange(body);
    }
    show(node);
    return { element: h("div", { class: "rule-parts" }, slot(where, body)), read: () => editor.read() };
  },
};
