// Shows what belongs to the chosen site: its segments, attributes, time zone and numbers.

export function followSite(form) {
  const site = form.elements.site;
  const update = () => {
    for (const part of document.querySelectorAll("[data-site]")) {
      const whole = part.closest(".cc-check") ?? part;
      const foreign = part.dataset.site !== site.value;
      whole.hidden = foreign;
      if (foreign && part.type === "checkbox") part.checked = false;
    }
  };
  site.addEventListener("change", update);
  update();
}
