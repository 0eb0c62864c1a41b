import { choice } from "../controls.js";
import { reportChange, slot } from "../dom.js";
import { windowControl } from "../window.js";

const STATES = [
  { value: "subscribed", label: "are subscribed to notifications" },
  { value: "unsubscribed", label: "have unsubscribed from notifications" },
  { value: "never", label: "never subscribed to notifications" },
];

export const kind = {
  type: "channel",
  label: () => "Notifications: subscribed?",
  build(node, site) {
    const state = choice("Notifications", STATES, node.state, { onChange: show });
    const when = windowControl(node.within, site);
    const body = slot();
    function show() {
      body.replaceChildren(...(state.value === "never" ? [] : [when.element]));
      reportChange(body);
    }
    show();
    const within = () => (state.value === "never" ? undefined : when.read());
    return {
      element: slot(state, body),
      read: () => ({ channel: node.channel ?? "web_push", state: state.value, within: within() }),
    };
  },
};
