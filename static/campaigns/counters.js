// Advice on length beside a field. It never blocks.

// What an attribute adds to the text is not known yet; its fallback is the best guess.
const ATTRIBUTE = /\{\{[^}]*?(?:default:\s*(?:"([^"]*)"|'([^']*)')[^}]*)?\}\}/g;
const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

export function countCharacters(text) {
  const plain = text.replace(ATTRIBUTE, (whole, double, single) => double ?? single ?? "");
  return [...segmenter.segment(plain)].length;
}

function advise(text, best) {
  const count = countCharacters(text);
  const about = text.includes("{{") ? "About " : "";
  const rest = count > best ? `Some systems will cut it off; under ${best} is best.` : `Best under ${best}.`;
  return { words: `${about}${count} ${count === 1 ? "character" : "characters"}. ${rest}`, long: count > best };
}

export function startCounters(part) {
  for (const line of part.querySelectorAll("[data-counts]")) {
    const field = document.getElementById(line.dataset.counts);
    const update = () => {
      const { words, long } = advise(field.value, Number(line.dataset.best));
      line.textContent = words;
      line.classList.toggle("is-advice", long);
    };
    line.id = `${field.id}_count`;
    field.setAttribute("aria-describedby", line.id);
    field.addEventListener("input", update);
    update();
  }
}
