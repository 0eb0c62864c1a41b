// The page of a draft: versions, advice on length, two pickers, the live preview, what depends on the site or the
// schedule, the goal, unsaved words.

import { startAdvice } from "./advice.js";
import { startCounters } from "./counters.js";
import { startGoal } from "./goal.js";
import { startPickers } from "./pickers.js";
import { startPreview } from "./preview.js";
import { startRuns } from "./runs.js";
import { followSite } from "./sites.js";
import { guardUnsaved } from "./unsaved.js";
import { startVersions } from "./versions.js";

const form = document.getElementById("campaign_form");

followSite(form);
startCounters(form);
startPickers();
startVersions(form, startPreview(form));
startGoal(form);
startRuns(form);
startAdvice(form);
guardUnsaved(form);
