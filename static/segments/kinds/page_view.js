import { comparison } from "../comparison.js";
import { choice } from "../controls.js";
import { countControl } from "../count.js";
import { h, reportChange, slot } from "../dom.js";
import { windowControl } from "../window.js";
import { asOptions } from "./fields.js";

const PAGES = [
  { value: "some", label: "a page whose address" },
  { value: "any", label: "any page" },
];
// An address is always there: to ask whether it is known, or for one of a list, makes no sense.
const OPERATORS = ["contains", "not_contains", "equals", "not_equals", "starts_with", "ends_with", "matches"];

export const kind = {
  type: "page_view",
  label: () => "Visited a page",
  build(node, site) {
    const count = countControl(node.count, { some: "visited", none: "did not visit", prefix: "visited" });
    const isNew = Object.keys(node).length === 1;
    const pages = choice("Page", PAGES, node.url || isNew ? "some" : "any", { onChange: show });
    const field = { label: "Page address", type: "text", options: asOptions(site.catalogue.pages), operators: OPERATORS };
    const url = comparison(field, node.url ?? {}, site);
    const when = windowControl(node.within, site);
    const body = slot();
    function show() {
      body.replaceChildren(...(pages.value === "some" ? [url.element] : []));
      reportChange(body);
    }
    show();
    return {
      element: h("div", { class: "rule-parts" }, slot(count.element, pages, body, when.element)),
      read: () => ({ url: pages.value === "some" ? url.read() : undefined, count: count.read(), within: when.read() }),
    };
  },
};
