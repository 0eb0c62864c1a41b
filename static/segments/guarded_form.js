/** Pages without a builder on which something may be lost: a list's form, and the one that waits for a yes. */
import { guardUnsaved } from "./unsaved.js";

const waiting = document.querySelector("form[data-unsaved]");
const form = waiting ?? document.getElementById("segment_form");
if (form) guardUnsaved(form, { isChanged: Boolean(waiting ?? document.querySelector(".errornote")) });
