// Keeps the numbers of a running campaign fresh; when its state changes, the page (and its buttons) are loaded anew.

const INTERVAL = 3000;
const card = document.querySelector("[data-progress]");

async function refresh() {
  const response = await fetch(card.dataset.progress, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  const progress = await response.json();
  if (progress.status !== card.dataset.status) {
    location.reload();
    return;
  }
  card.querySelector("[data-numbers]").innerHTML = progress.html;
  const sentence = card.querySelector("[data-sentence]");
  // A screen reader speaks every change: write only what is new.
  if (sentence.textContent !== progress.sentence) sentence.textContent = progress.sentence;
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
