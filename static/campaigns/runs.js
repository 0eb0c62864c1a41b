// When a campaign that repeats goes out next, in words, as its schedule is being chosen.

const FIELDS = ["repeats", "weekdays", "month_day", "local_date", "local_time", "repeat_until"];

export function startRuns(form) {
  const line = form.querySelector("[data-runs]");
  let asked = 0;
  async function ask() {
    const turn = ++asked;
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (FIELDS.includes(name)) query.append(name, value);
    const response = await fetch(`${line.dataset.runs}?${query}`);
    if (response.ok && turn === asked) line.textContent = await response.text();
  }
  form.addEventListener("change", ({ target }) => {
    if (![...FIELDS, "schedule"].includes(target.name)) return;
    if (form.elements.schedule.value === "recurring") ask().catch(() => {});
  });
}
