/** The signs on small buttons, drawn as lines of 16 by 16. */
const NAMESPACE = "http://www.w3.org/2000/svg";
const PATHS = {
  copy: "M6 6h7v7H6zM3 10V3h7",
  group: "M5 3H3v10h2M11 3h2v10h-2M6.5 8h3",
  undo: "M6 3 3 6l3 3M3 6h6a4 4 0 0 1 0 8H6",
  redo: "m10 3 3 3-3 3M13 6H7a4 4 0 0 0 0 8h3",
  remove: "m4 4 8 8M12 4l-8 8",
};

export function icon(name) {
  const svg = document.createElementNS(NAMESPACE, "svg");
  const path = document.createElementNS(NAMESPACE, "path");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", "rule-icon");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
