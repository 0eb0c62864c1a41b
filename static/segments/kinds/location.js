import { choice, numberInput } from "../controls.js";
import { firstControl, h, reportChange, slot, word } from "../dom.js";

const UNITS = [
  { value: "miles", label: "miles" },
  { value: "km", label: "km" },
];
const POINT = "point"; // the choice of a spot that is none of the site's places

export const kind = {
  type: "location",
  label: () => "Location (near a place)",
  accepts: (node) => !node.polygon,
  build(node, site) {
    const [unit, amount] = Object.entries(node.radius ?? { miles: 25 })[0];
    const radius = numberInput("Distance", amount, { min: 0 });
    const units = choice("Unit of distance", UNITS, unit);
    const distance = h("span", { class: "rule-together" }, radius, units);
    const spots = [];
    const list = slot();

    function append(saved, focus) {
      const spot = spotControl(saved, site);
      if (spots.length) list.append(word("or"));
      spots.push(spot);
      list.append(spot.element);
      if (focus) firstControl(spot.element).focus();
      reportChange(list);
    }
    [node.near ?? {}].flat().forEach((saved) => append(saved, false));
    const add = h("button", { type: "button", class: "rule-button rule-quiet", on: { click: () => append({}, true) } }, "+ Or near…");
    return {
      element: slot(word("are within"), distance, word("of"), list, add),
      read: () => ({
        near: spots.length === 1 ? spots[0].read() : spots.map((spot) => spot.read()),
        radius: { [units.value]: radius.value === "" ? null : Number(radius.value) },
      }),
    };
  },
};

function spotControl(saved, site) {
  const { places } = site.catalogue;
  const isPlace = (place) => place.lat === saved.lat && place.lon === saved.lon;
  const start = saved.lat == null ? undefined : places.some(isPlace) ? places.findIndex(isPlace) : POINT;
  const options = [
    ...places.map(({ name }, index) => ({ value: index, label: name })),
    { value: POINT, label: saved.name ?? "a point on the map" },
  ];
  const latitude = numberInput("Latitude", saved.lat, { min: -90, max: 90 });
  const longitude = numberInput("Longitude", saved.lon, { min: -180, max: 180 });
  const body = slot();
  const place = choice("Place", options, start, { placeholder: "Choose a place…", onChange: show });

  function show() {
    body.replaceChildren(...(place.value === POINT ? [word("at"), latitude, longitude] : []));
    reportChange(body);
  }
  function read() {
    if (place.value === POINT) return { lat: latitude.valueAsNumber, lon: longitude.valueAsNumber, name: saved.name };
    return places[place.value] ? { ...places[place.value] } : { lat: null, lon: null };
  }
  show();
  return { element: slot(place, body), read };
}
