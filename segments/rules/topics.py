"""What a rule listens to: the topics under which changes are noted that can change its answer."""

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
from segments.rules.messages import list_events
from segments.rules.paths import read_path
from segments.rules.windows import CalendarWindow

# Everybody counts as changed who came, went or turned out to be somebody else: even “not …” has to be asked of them.
PERSON = "person"
ZONE = "zone"  # the site's clock was changed
LOG = "log"  # older events were forgotten


def name_segment(pk: int) -> str:
    """The topic of who is in a segment."""
    return f"segment:{pk}"


def list_topics(rule: Rule) -> frozenset[str]:
    """All topics that concern the rule. Without a change of one of them, only time changes its answer."""
    events = list_events(rule.root)
    found = {PERSON, *(f"event:{name}" for name in events), *([LOG] if events else [])}
    for node in list_conditions(rule.root):
        found.update(_list_own(node))
        if isinstance(getattr(node, "within", None), CalendarWindow):
            found.add(ZONE)
    return frozenset(found)


def _list_own(node: Condition) -> tuple[str, ...]:
    match node:
        case AttributeCondition():
            return tuple({f"attribute:{node.key}", f"attribute:{read_path(node.key).root}"})
        case ProfileCondition():
            return (f"profile:{node.field}",)
        case LocationCondition():
            return ("location",)
        case DeviceCondition() | ChannelCondition():
            return ("device",)
        case SegmentCondition():
            return (name_segment(node.segment),)
        case LocalTimeCondition():
            return ("profile:timezone", ZONE)
        case BucketCondition() | Group():
            return ()
        case _:
            return ()  # what somebody did
