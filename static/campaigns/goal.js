// The goal: rows of conditions, and the details that the chosen event was seen with.

import { offerRows } from "./rows.js";

export function startGoal(form) {
  const event = form.elements.goal_event;
  const kinds = JSON.parse(document.getElementById("goal-kinds").textContent);
  const properties = document.getElementById("goal-properties");
  const offer = () => {
    const known = Object.keys(kinds[form.elements.site.value]?.[event.value] ?? {});
    properties.replaceChildren(...known.map((name) => new Option(name, name)));
  };
  // An event of another site cannot be seen, so it must not be the one that is chosen.
  const leaveForeign = () => {
    if (event.selectedOptions[0]?.hidden) event.value = "";
    offer();
  };
  event.addEventListener("change", offer);
  form.elements.site.addEventListener("change", leaveForeign);
  offerRows(form.querySelector("[data-add-condition]"), document.getElementById("new-condition"), "conditions");
  offer();
}
