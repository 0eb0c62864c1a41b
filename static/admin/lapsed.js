// Sends what was typed again, once its writer has logged in again in another tab.

import { askToLogIn, renewToken } from "./log_in.js";

const form = document.getElementById("lapsed");

form.dataset.page = "/admin/";
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (await renewToken(form).catch(() => false)) form.submit();
  else askToLogIn(form.querySelector("[data-problem]"));
});
