// Asks the server to draw the message as it is being written: one of its versions, for the chosen subscriber.

import { askToLogIn, mustLogIn, renewToken } from "../admin/log_in.js";

const WAIT = 250; // ms after the last key
const TEXTS = [
  "title", "body", "icon_url", "image_url", "link_url",
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
  const prefix = state.version ? `${state.version}-` : "";
  const body = new URLSearchParams({ sample: sample.value });
  for (const name of TEXTS) body.set(name, form.elements[prefix + name].value);
  for (const name of ["site", "csrfmiddlewaretoken"]) body.set(name, form.elements[name].value);
  let response = await fetch(preview.dataset.url, { method: "POST", body });
  if (response.status === 403 && (await renewToken(form))) { // logged in again in another tab
    body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    response = await fetch(preview.dataset.url, { method: "POST", body });
  }
  const html = await response.text();
  if (turn < state.shown) return; // a newer text is there already
  state.shown = turn;
  if (mustLogIn(response)) askToLogIn(preview);
  else if (response.ok) preview.innerHTML = html; // escaped by the server
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

/** Buttons A, B, C above the preview; none while there is one version only. */
function offerVersions(choice, versions, chosen, choose) {
  const buttons = versions.map((version, index) => {
    const label = document.createElement("label");
    const radio = Object.assign(document.createElement("input"), { type: "radio", value: version.dataset.version });
    radio.setAttribute("form", "preview-of-no-form"); // is not saved with the draft
    radio.name = "preview-version";
    radio.checked = version.dataset.version === chosen;
    radio.addEventListener("change", () => choose(radio.value));
    label.append(radio, `Version ${String.fromCharCode(65 + index)}`);
    return label;
  });
  choice.replaceChildren(...buttons);
}

/** Returns what is to be told when versions were added or removed. */
export function startPreview(form) {
  const preview = document.getElementById("preview");
  const sample = document.getElementById("sample");
  const searchField = document.getElementById("sample-search");
  const choice = document.getElementById("preview-version");
  const state = { asked: 0, shown: 0, version: "" };
  const redraw = () => draw(form, preview, sample, state).catch(() => {});
  const redrawLater = later(redraw);
  const find = async () => {
    await search(form, preview, sample, searchField.value).catch(() => {});
    redraw();
  };
  const choose = (version) => {
    state.version = version;
    for (const radio of choice.querySelectorAll("input")) radio.checked = radio.value === version;
    redraw();
  };
  // What is being written is what is shown.
  form.addEventListener("focusin", ({ target }) => {
    const version = target.closest("[data-version]");
    if (version && version.dataset.version !== state.version) choose(version.dataset.version);
  });
  form.addEventListener("input", ({ target }) => {
    if (target === searchField) return;
    if (target === sample || target.name === "site" || target.closest?.("[data-version]")) redrawLater();
  });
  form.elements.site.addEventListener("change", find);
  searchField.addEventListener("input", later(find));
  searchField.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault(); // does not save the draft
  });
  return (versions) => {
    const isThere = versions.some((version) => version.dataset.version === state.version);
    if (!isThere) state.version = "";
    offerVersions(choice, versions, state.version, choose);
    redraw();
  };
}
