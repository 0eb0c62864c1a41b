// Asks the server to draw the message as it is being written, for the chosen subscriber.

const WAIT = 250; // ms after the last key
const FIELDS = [
  "site", "title", "body", "icon_url", "image_url", "link_url",
  "button_1_text", "button_1_link", "button_2_text", "button_2_link",
];

function later(action) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(action, WAIT);
  };
}

async function draw(form, preview, sample, state) {
  const turn = ++state.asked;
  const body = new URLSearchParams({ sample: sample.value });
  for (const name of [...FIELDS, "csrfmiddlewaretoken"]) body.set(name, form.elements[name].value);
  const response = await fetch(preview.dataset.url, { method: "POST", body });
  const html = await response.text();
  if (turn < state.shown) return; // a newer text is there already
  state.shown = turn;
  if (response.ok) preview.innerHTML = html; // escaped by the server
  else preview.textContent = "The preview cannot be drawn right now. What you write is not lost.";
}

async function search(form, preview, sample, query) {
  const address = new URL(preview.dataset.samplesUrl, location.href);
  address.search = new URLSearchParams({ site: form.elements.site.value, q: query });
  const response = await fetch(address);
  if (!response.ok) return;
  const { results } = await response.json();
  const people = results.map(({ id, label }) => new Option(label, id));
  sample.replaceChildren(sample.options[0], ...people);
  if (query && people.length) sample.value = people[0].value;
}

export function startPreview(form) {
  const preview = document.getElementById("preview");
  const sample = document.getElementById("sample");
  const searchField = document.getElementById("sample-search");
  const state = { asked: 0, shown: 0 };
  const redraw = () => draw(form, preview, sample, state).catch(() => {});
  const redrawLater = later(redraw);
  const find = async () => {
    await search(form, preview, sample, searchField.value).catch(() => {});
    redraw();
  };
  form.addEventListener("input", (event) => {
    if (event.target === searchField) return;
    if (event.target === sample || FIELDS.includes(event.target.name)) redrawLater();
  });
  form.elements.site.addEventListener("change", find);
  searchField.addEventListener("input", later(find));
  searchField.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault(); // does not save the draft
  });
  redraw();
}
