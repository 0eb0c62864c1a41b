// The page of a draft: advice on length, two pickers, the live preview, what depends on the site, unsaved words.

import { startCounters } from "./counters.js";
import { startPickers } from "./pickers.js";
import { startPreview } from "./preview.js";
import { followSite } from "./sites.js";
import { guardUnsaved } from "./unsaved.js";

const form = document.getElementById("campaign_form");

followSite(form);
startCounters(form);
startPickers();
startPreview(form);
guardUnsaved(form);
