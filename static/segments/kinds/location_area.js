/** "inside this area": its corners as lines of text, and its outline drawn beside them. */
import { textArea } from "../controls.js";
import { h } from "../dom.js";

const LEAST = 3;
const MOST = 200;
const HINT = "The corners of the area in order, one on each line: latitude, then longitude.";

export function areaControl({ polygon = [] }, { catalogue: { places } }) {
  const text = textArea("Corners of the area", polygon.map(({ lat, lon }) => `${lat}, ${lon}`).join("\n"), {
    placeholder: "52.55, 13.30\n52.55, 13.50\n52.45, 13.40",
  });
  const outline = h("div", { class: "rule-outline" });
  let corners = [];

  function settle() {
    let wrong = "";
    try {
      corners = readCorners(text.value);
    } catch (error) {
      corners = [];
      wrong = error.message;
    }
    text.setCustomValidity(wrong);
    outline.replaceChildren(...(corners.length ? [draw(corners, places)] : []));
    outline.hidden = !corners.length;
  }
  text.addEventListener("input", settle);
  settle();
  const element = h("div", { class: "rule-area" }, h("p", { class: "rule-fine" }, HINT), text, outline);
  return { element, read: () => ({ polygon: corners }) };
}

/** Throws an Error that says in words which line is wrong, and what would be right. */
function readCorners(text) {
  const lines = text.split("\n").map((line, index) => ({ line: line.trim(), number: index + 1 }));
  const corners = lines.filter(({ line }) => line).map(readCorner);
  if (corners.length < LEAST) throw new Error(`An area has at least ${LEAST} corners; there ${count(corners.length)} so far.`);
  if (corners.length > MOST) throw new Error(`An area has at most ${MOST} corners; there ${count(corners.length)}.`);
  return corners;
}

function readCorner({ line, number }) {
  const parts = line.split(/[\s,;]+/);
  const [lat, lon] = parts.map(Number);
  if (parts.length !== 2 || ![lat, lon].every(Number.isFinite)) {
    throw new Error(`Line ${number}: “${line}” is no corner. Write latitude and longitude, like 52.5, 13.4.`);
  }
  if (Math.abs(lat) > 90) throw new Error(`Line ${number}: a latitude is from -90 to 90, not ${lat}.`);
  if (Math.abs(lon) > 180) throw new Error(`Line ${number}: a longitude is from -180 to 180, not ${lon}.`);
  return { lat, lon };
}

const count = (number) => (number === 1 ? "is 1" : `are ${number}`);

/** North is up; a degree of longitude is drawn as short as it is at this latitude. The site's places are dots. */
function draw(corners, places) {
  const middle = (Math.min(...corners.map(({ lat }) => lat)) + Math.max(...corners.map(({ lat }) => lat))) / 2;
  const narrow = Math.cos((middle * Math.PI) / 180);
  const project = ({ lat, lon }) => [lon * narrow, -lat];
  const points = corners.map(project);
  const [left, right] = span(points.map(([x]) => x));
  const [top, bottom] = span(points.map(([, y]) => y));
  const size = Math.max(right - left, bottom - top) || 1;
  const edge = size * 0.1;
  const picture = svg("svg", {
    viewBox: `${left - edge} ${top - edge} ${right - left + 2 * edge} ${bottom - top + 2 * edge}`,
    role: "img", "aria-label": `Outline of the area, with ${corners.length} corners`,
  });
  picture.append(svg("polygon", { points: points.map((point) => point.join(",")).join(" "), "stroke-width": size * 0.015 }));
  for (const place of places) {
    const [cx, cy] = project(place);
    picture.append(svg("circle", { cx, cy, r: size * 0.03 }, svg("title", {}, place.name)));
  }
  return picture;
}

const span = (numbers) => [Math.min(...numbers), Math.max(...numbers)];

function svg(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
