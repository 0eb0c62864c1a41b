import { choice } from "../controls.js";
import { countControl } from "../count.js";
import { slot } from "../dom.js";
import { windowControl } from "../window.js";

const ACTIVITIES = [
  { value: "clicked", label: "clicked" },
  { value: "sent", label: "were sent" },
  { value: "displayed", label: "were shown" },
  { value: "dismissed", label: "dismissed" },
  { value: "converted", label: "converted after" },
  { value: "failed", label: "could not be sent" },
];

export const kind = {
  type: "message",
  label: () => "Messages (sent, clicked …)",
  build(node, site) {
    const activity = choice("What happened", ACTIVITIES, node.activity);
    const campaigns = [
      { value: "any", label: "a message of any campaign" },
      ...site.catalogue.campaigns.map(({ id, name }) => ({ value: id, label: `“${name}”` })),
    ];
    const campaign = choice("Campaign", campaigns, node.campaign ?? "any", { whenUnknown: "no longer there" });
    const count = countControl(node.count, { some: "at least once", none: "not once", prefix: "" });
    const when = windowControl(node.within, site);
    const chosen = () => (campaign.value === "any" ? undefined : Number(campaign.value));
    return {
      element: slot(activity, campaign, count.element, when.element),
      read: () => ({ activity: activity.value, campaign: chosen(), count: count.read(), within: when.read() }),
    };
  },
};
