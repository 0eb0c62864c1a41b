// While a dry run is being worked out: how far it has come; the page is loaded anew when it is there.

const INTERVAL = 1000;
const box = document.querySelector("[data-dry-run]");

async function refresh() {
  const response = await fetch(box.dataset.dryRun, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  const { status, sentence, looked_at: done, total } = await response.json();
  if (status === "ready" || status === "failed") return location.reload();
  const line = box.querySelector("[data-sentence]");
  if (line.textContent !== sentence) line.textContent = sentence;
  if (total) Object.assign(box.querySelector("progress"), { max: total, value: done });
}

async function watch() {
  try {
    if (!document.hidden) await refresh();
  } catch {
    // Offline or signed out: the next round tries again.
  }
  setTimeout(watch, INTERVAL);
}

setTimeout(watch, INTERVAL);
