// The limits of a site: one more row on demand.

import { offerRows } from "./rows.js";

offerRows(document.querySelector("[data-add-cap]"), document.getElementById("new-cap"), "caps");
