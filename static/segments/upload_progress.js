// Shows how far a file has come; when it is done, the page is loaded anew for its result.

const INTERVAL = 2000;
const card = document.querySelector("[data-progress]");

async function refresh() {
  const response = await fetch(card.dataset.progress, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  const { state, html } = await response.json();
  if (state === "running") card.querySelector("[data-figures]").innerHTML = html;
  else location.reload();
}

async function watch() {
  try {
    if (!document.hidden) await refresh();
  } catch {
    // Offline or signed out: what is shown stays, and the next round tries again.
  }
  setTimeout(watch, INTERVAL);
}

if (card) setTimeout(watch, INTERVAL);
