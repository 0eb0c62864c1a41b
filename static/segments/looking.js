// Segments side by side: the exact figures take the estimates' place when they are there, and the list can be searched.

const announcement = document.querySelector("[data-announce]");

async function countExactly(figures) {
  figures.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(figures.dataset.exact, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const exact = response.ok && page.querySelector("[data-figures]");
    if (!exact) return;
    const open = [...figures.querySelectorAll("details")].map((each) => each.open);
    figures.replaceChildren(...exact.childNodes);
    [...figures.querySelectorAll("details")].forEach((each, index) => (each.open = open[index] ?? false));
    const stays = figures.querySelector("[data-estimated]");
    announcement.textContent = stays ? "The estimates stay as they are." : "The figures are exact now.";
  } catch {
    // Without an answer the estimates stay, and the link that counts exactly stays with them.
  } finally {
    figures.removeAttribute("aria-busy");
  }
}

function filterList(input) {
  const items = document.querySelectorAll("[data-filtered] > li");
  input.hidden = items.length < 10;
  input.addEventListener("input", () => {
    const wanted = input.value.trim().toLowerCase();
    for (const item of items) {
      const isChosen = item.querySelector("input")?.checked;
      item.hidden = !isChosen && !item.textContent.toLowerCase().includes(wanted);
    }
  });
  // Enter in the search field is no choice yet.
  input.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
}

const figures = document.querySelector("[data-exact]");
if (figures) countExactly(figures);
const input = document.querySelector("[data-filter]");
if (input) filterList(input);
