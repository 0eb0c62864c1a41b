/**
 * The kinds of conditions, in the order of the menu. To add one, write its module and give it a row here.
 * A module exports `kind`: {type, label(catalogue), accepts(node)?, build(node, site) → {element, read()}}.
 */
import { kind as attribute } from "./attribute.js";
import { kind as bucket } from "./bucket.js";
import { kind as channel } from "./channel.js";
import { kind as device } from "./device.js";
import { kind as event } from "./event.js";
import { kind as eventAggregate } from "./event_aggregate.js";
import { kind as eventRecency } from "./event_recency.js";
import { kind as eventRepeat } from "./event_repeat.js";
import { kind as eventSequence } from "./event_sequence.js";
import { kind as localTime } from "./local_time.js";
import { kind as location } from "./location.js";
import { kind as message } from "./message.js";
import { kind as other } from "./other.js";
import { kind as pageView } from "./page_view.js";
import { kind as profile } from "./profile.js";
import { kind as segment } from "./segment.js";

export const KINDS = [
  attribute,
  event,
  eventSequence,
  eventAggregate,
  eventRecency,
  eventRepeat,
  pageView,
  location,
  localTime,
  profile,
  device,
  channel,
  message,
  segment,
  bucket,
];

/** The kind that can show `node`; what none of them knows is kept as it is. */
export function kindOf(node) {
  return KINDS.find((kind) => kind.type === node.type && (kind.accepts?.(node) ?? true)) ?? other;
}
