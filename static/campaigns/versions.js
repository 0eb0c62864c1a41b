// Further versions of a message: added as copies of A, removed, lettered, and their shares in per cent.

import { startCounters } from "./counters.js";
import { addRow } from "./rows.js";

const MOST = 7; // besides A
const TEXTS = [
  "title", "body", "link_url", "icon_url", "image_url",
  "button_1_text", "button_1_link", "button_2_text", "button_2_link",
];

const control = (form, prefix, name) => form.elements[prefix ? `${prefix}-${name}` : name];

/** The parts of the page that hold a version, A first. */
export function listVersions(form) {
  return [...form.querySelectorAll("[data-version]")].filter((version) => !version.hidden);
}

function copyFromA(form, version) {
  for (const name of TEXTS) {
    const target = control(form, version.dataset.version, name);
    target.value = control(form, "", name).value;
    target.dispatchEvent(new Event("input", { bubbles: true }));
  }
  const filled = TEXTS.slice(3).some((name) => control(form, "", name).value);
  version.querySelector("details").open = filled;
}

function describeShares(form, versions) {
  const weights = versions.map((version) => Number(control(form, version.dataset.version, "weight").value) || 1);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  versions.forEach((version, index) => {
    const share = Math.round((1000 * weights[index]) / total) / 10;
    version.querySelector("[data-share]").textContent = `of ${total}: ${share} % of the people get this version`;
  });
}

export function startVersions(form, onChange) {
  const template = document.getElementById("new-version");
  const button = form.querySelector("[data-add-version]");

  function update() {
    const versions = listVersions(form);
    versions.forEach((version, index) => {
      version.querySelector("[data-letter]").textContent = String.fromCharCode(65 + index);
    });
    button.hidden = versions.length > MOST;
    describeShares(form, versions);
    onChange(versions);
  }

  button.addEventListener("click", () => {
    const version = addRow(template, "versions");
    startCounters(version);
    copyFromA(form, version);
    update();
    control(form, version.dataset.version, "title").focus();
  });
  form.addEventListener("click", ({ target }) => {
    const version = target.closest(".cc-version");
    if (version && target.matches("[data-copy]")) copyFromA(form, version);
    if (version && target.matches("[data-remove]")) {
      control(form, version.dataset.version, "DELETE").checked = true;
      version.hidden = true;
      form.dispatchEvent(new Event("input", { bubbles: true }));
      update();
      button.focus();
    }
  });
  form.addEventListener("input", ({ target }) => {
    if (target.name?.endsWith("weight")) describeShares(form, listVersions(form));
  });
  update();
}
