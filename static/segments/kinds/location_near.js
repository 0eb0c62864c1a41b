/** "within 25 miles of the Berlin store or of the Vienna store". */
import { choice } from "../controls.js";
import { h, reportChange, slot, word } from "../dom.js";
import { numberInput } from "../number_input.js";
import { rowList } from "../rows.js";

const UNITS = [
  { value: "miles", label: "miles" },
  { value: "km", label: "km" },
];
const POINT = "point"; // the choice of a spot that is none of the site's places
const ANY = "any"; // … and of all that the site has now

export function nearControl({ near = {}, radius = { miles: 25 } }, site) {
  const [unit, amount] = Object.entries(radius)[0];
  const number = numberInput("Distance", amount, { min: 0 });
  const units = choice("Unit of distance", UNITS, unit);
  const spots = rowList(asRows([near].flat(), site), (saved) => spotControl(saved, site), {
    what: "place", add: "+ Or near…", className: "rule-spots", least: 1,
  });
  function read() {
    const chosen = spots.read().flat();
    return {
      near: chosen.length === 1 && !Array.isArray(near) ? chosen[0] : chosen,
      radius: { [units.value]: number.read() },
    };
  }
  return { element: slot(word("within"), h("span", { class: "rule-together" }, number.element, units), word("of"), spots.list, spots.more), read };
}

/** A row for each spot; all the site's places together are one. */
function asRows(spots, { catalogue: { places } }) {
  const isAll = places.length > 1 && places.every((place, index) => isSame(place, spots[index]) && place.name === spots[index].name);
  return isAll ? [{ all: spots.slice(0, places.length) }, ...spots.slice(places.length)] : spots;
}

/** `saved` is a spot, {} for a new row, or {all} for every place. A spot that nobody touches stays as it was saved. */
function spotControl(saved, { catalogue: { places } }) {
  const known = places.findIndex((place) => isSame(place, saved));
  const point = saved.lat == null ? undefined : POINT;
  const start = saved.all ? ANY : known < 0 ? point : known;
  const options = [
    ...places.map(({ name }, index) => ({ value: index, label: name })),
    ...(places.length > 1 ? [{ value: ANY, label: `any of the site's ${places.length} places` }] : []),
    { value: POINT, label: saved.name ?? "a point on the map" },
  ];
  const latitude = numberInput("Latitude", saved.lat, { min: -90, max: 90 });
  const longitude = numberInput("Longitude", saved.lon, { min: -180, max: 180 });
  const body = slot();
  const place = choice("Place", options, start, { placeholder: "Choose a place…", onChange: show });

  function show() {
    const more = {
      [POINT]: () => [word("at"), latitude.element, longitude.element],
      [ANY]: () => [h("span", { class: "rule-fine" }, "Places that are added later will not be among them.")],
    };
    body.replaceChildren(...(more[place.value]?.() ?? []));
    reportChange(body);
  }
  function read() {
    if (place.value === ANY) return places.map((one) => ({ ...one }));
    if (place.value !== POINT) return place.value === String(start) ? saved : { ...(places[place.value] ?? { lat: null, lon: null }) };
    const spot = { lat: latitude.read(), lon: longitude.read() };
    return isSame(spot, saved) ? saved : spot;
  }
  show();
  return { element: slot(place, body), read };
}

function isSame(one, other) {
  return isEqual(one.lat, other?.lat) && isEqual(one.lon, other?.lon);
}

function isEqual(one, other) {
  return one != null && other != null ? Number(one) === Number(other) : one === other;
}
