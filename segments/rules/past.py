"""Whether the past of a rule can be told: how many it would have chosen on earlier days."""

from segments.rules.ast import (
    AttributeCondition,
    BucketCondition,
    ChannelCondition,
    Condition,
    DeviceCondition,
    Group,
    LocalTimeCondition,
    LocationCondition,
    ProfileCondition,
    Rule,
    SegmentCondition,
    list_conditions,
)
from segments.rules.windows import Duration


def has_past(rule: Rule) -> bool:
    """Whether events or the time decide who it chooses, and nothing does whose own past is overwritten.

    Attributes, places, devices and memberships are known as they are now. They keep no past, but stay for long, so they
    are taken as they are; the last visit is another one each day, so no rule that asks for it has a past.
    """
    conditions = list_conditions(rule.root)
    forgets = any(isinstance(node, ProfileCondition) and node.field == "last_seen_at" for node in conditions)
    return not forgets and any(_depends_on_time(node) for node in conditions)


def _depends_on_time(node: Condition) -> bool:
    match node:
        case Group() | DeviceCondition() | LocationCondition() | SegmentCondition() | BucketCondition():
            return False
        case AttributeCondition() | ProfileCondition():
            return isinstance(node.value, Duration)  # like “within the last 30 days”: seen from now
        case ChannelCondition():
            return node.within is not None
        case LocalTimeCondition():
            return node.weekdays is not None  # the clock shows the same on each day
        case _:
            return True  # what somebody did
