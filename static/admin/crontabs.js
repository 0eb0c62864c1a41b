// Says in words when the chosen crontab runs.
const sentences = JSON.parse(document.getElementById("readable-crontabs").textContent);
const choice = document.getElementById("id_crontab");

if (choice) {
  const words = document.createElement("p");
  words.setAttribute("role", "status");
  choice.closest(".field-crontab")?.append(words);
  const say = () => { words.textContent = sentences[choice.value] ?? ""; };
  choice.addEventListener("change", say);
  say();
}
