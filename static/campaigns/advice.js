// Says beside its field what a launch would refuse, and how many people the draft goes to, as it is being written.

import { renewToken } from "../admin/log_in.js";

const WAIT = 500; // ms after the last key
const PICTURES = /(^|-)(icon|image)_url$/;

function say(form, name, sentences) {
  const place = form.querySelector(`[data-advice="${CSS.escape(name)}"]`);
  if (!place) return;
  const said = [...place.children].map((each) => each.textContent);
  if (said.join("\n") === sentences.join("\n")) return; // a screen reader speaks every change
  place.replaceChildren(
    ...sentences.map((text) => Object.assign(document.createElement("p"), { className: "cc-error", textContent: text })),
  );
}

function tryPicture(form, field) {
  const address = field.value.trim();
  if (!address) return say(form, field.name, []);
  const picture = new Image();
  const answer = (sentences) => () => field.value.trim() === address && say(form, field.name, sentences);
  picture.onload = answer([]);
  picture.onerror = answer(["This picture does not load. Open its address in a browser: only a picture should be there."]);
  picture.src = /^[a-z][a-z0-9+.-]*:/i.test(address) ? address : `https://${address}`;
}

async function ask(url, form) {
  const send = () => fetch(url, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
  let response = await send();
  if (response.status === 403 && (await renewToken(form))) response = await send();
  return response.ok && !response.redirected ? response.json() : null;
}

export function startAdvice(form) {
  const audience = form.querySelector("[data-audience]");
  let timer;
  let asked = 0;
  async function update() {
    const turn = ++asked;
    const found = await ask(audience.dataset.url, form).catch(() => null);
    if (!found || turn !== asked) return;
    for (const place of form.querySelectorAll("[data-advice]")) {
      if (!PICTURES.test(place.dataset.advice)) say(form, place.dataset.advice, found.fields[place.dataset.advice] ?? []);
    }
    if (audience.textContent !== found.audience) audience.textContent = found.audience;
  }
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(update, WAIT);
  };
  form.addEventListener("input", later);
  form.addEventListener("change", (event) => {
    later();
    if (PICTURES.test(event.target.name ?? "")) tryPicture(form, event.target);
  });
  for (const field of form.elements) if (PICTURES.test(field.name ?? "")) tryPicture(form, field);
}
