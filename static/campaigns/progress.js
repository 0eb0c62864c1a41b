// Keeps the numbers of a campaign that is under way fresh; when more than figures change, the page is loaded anew.

const INTERVAL = 3000;
const card = document.querySelector("[data-progress]");

async function refresh() {
  const response = await fetch(card.dataset.progress, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  const progress = await response.json();
  if (progress.state !== card.dataset.state) {
    location.reload();
    return;
  }
  show(progress.html);
  card.querySelector("[data-sentence]").textContent = progress.sentence;
  const aloud = card.querySelector("[data-aloud]");
  // A screen reader speaks every change: write only what is new.
  if (aloud.textContent !== progress.aloud) aloud.textContent = progress.aloud;
}

// What its reader unfolded stays unfolded, and where they are with the keyboard they stay.
function show(html) {
  const numbers = card.querySelector("[data-numbers]");
  if (numbers.contains(document.activeElement)) return;
  const open = [...numbers.querySelectorAll("details[open]")].map((each) => each.dataset.key);
  numbers.innerHTML = html;
  for (const key of open) numbers.querySelector(`details[data-key="${key}"]`)?.setAttribute("open", "");
}

async function watch() {
  try {
    if (!document.hidden) await refresh();
  } catch {
    // Offline or signed out: the numbers stay as they were, and the next round tries again.
  }
  setTimeout(watch, INTERVAL);
}

if (card?.dataset.progress) setTimeout(watch, INTERVAL);
