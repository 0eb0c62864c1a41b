"""The rule as an English sentence that a marketer can check."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from babel import Locale

from segments.rules.ast import (
    AttributeCondition,
    ChannelCondition,
    Condition,
    DeviceCondition,
    EventCondition,
    Group,
    LocationCondition,
    MessageCondition,
    PageViewCondition,
    ProfileCondition,
    Rule,
    SegmentCondition,
    Spot,
)
from segments.rules.comparisons import Comparison, Count
from segments.rules.operators import Arity
from segments.rules.windows import (
    AgoWindow,
    BetweenWindow,
    CalendarWindow,
    Duration,
    LastWindow,
    SinceWindow,
    Window,
)

PROFILE_LABELS = {
    "country": "country", "region": "region", "city": "city", "timezone": "time zone", "language": "language",
    "external_id": "customer id", "email": "e-mail address", "created_at": "first visit", "last_seen_at": "last visit",
    "source": "source",
}  # fmt: skip
COUNTRIES = Locale("en").territories
WHOLE_VALUES = {"equals", "not_equals", "in", "not_in"}
DEVICE_LABELS = {"kind": "kind", "os": "system", "browser": "browser"}
# What people did, and what they did not do.
DEEDS = {
    "$page_view": ("viewed a page", "view a page"),
    "$session_start": ("visited the site", "visit the site"),
    "$subscribed": ("subscribed to notifications", "subscribe to notifications"),
    "$unsubscribed": ("unsubscribed from notifications", "unsubscribe from notifications"),
}
ACTIVITIES = {
    "sent": ("were sent", "were not sent"),
    "displayed": ("were shown", "were not shown"),
    "clicked": ("clicked", "did not click"),
    "dismissed": ("dismissed", "did not dismiss"),
    "converted": ("converted after", "did not convert after"),
    "failed": ("could not be sent", "had no failure of"),
}
CALENDAR = {"today": "today", "yesterday": "yesterday", "this_week": "this week", "this_month": "this month"}


@dataclass(frozen=True)
class Names:
    """What ids are called: of segments and campaigns."""

    segments: Mapping[int, str] = field(default_factory=dict)
    campaigns: Mapping[int, str] = field(default_factory=dict)


def describe_rule(rule: Rule, names: Names) -> str:
    """One sentence, like “Subscribers whose loyalty_tier equals “gold” and who …”."""
    root = rule.root
    if isinstance(root, Group) and not root.conditions and root.match in {"all", "none"}:
        return "Every subscriber."
    return f"Subscribers {_describe(root, names, top=True)}."


def _describe(node: Condition, names: Names, *, top: bool = False) -> str:
    match node:
        case Group():
            return _describe_group(node, names, top=top)
        case AttributeCondition():
            return f"whose {node.key} {_describe_test(node)}"
        case ProfileCondition():
            write = _write_country if node.field == "country" and node.row.key in WHOLE_VALUES else _write
            return f"whose {PROFILE_LABELS[node.field]} {_describe_test(node, write=write)}"
        case DeviceCondition():
            no = "without" if node.negated else "with"
            return f"{no} a device whose {DEVICE_LABELS[node.field]} {_describe_test(node, positive=True)}"
        case ChannelCondition():
            return _describe_channel(node)
        case LocationCondition():
            return _describe_location(node)
        case EventCondition():
            tests = [f"{test.property} that {_describe_test(test)}" for test in node.where]
            where = f" with {' and '.join(tests)}" if tests else ""
            return _describe_doing(_name_deed(node.event), where, node.count, node.within)
        case PageViewCondition():
            page = f" whose address {_describe_test(node.url)}" if node.url else ""
            return _describe_doing(DEEDS["$page_view"], page, node.count, node.within)
        case MessageCondition():
            return _describe_message(node, names)
        case SegmentCondition():
            name = names.segments.get(node.segment, f"number {node.segment}")
            return f"who are {'' if node.member else 'not '}in the segment “{name}”"


def _describe_group(node: Group, names: Names, *, top: bool) -> str:
    parts = [_describe(each, names) for each in node.conditions]
    if not parts:
        nobody = node.match == "any" or (node.match == "at_least" and (node.n or 0) > 0)
        return "for whom nothing is asked" if not nobody else "that nobody can be (no condition is given)"
    match node.match:
        case "all" | "any":
            text = f" {'and' if node.match == 'all' else 'or'} ".join(parts)
            return text if top or len(parts) == 1 else f"({text})"
        case "none":
            return f"of whom none of this is true: ({'; '.join(parts)})"
        case "at_least":
            return f"of whom at least {node.n} of these {len(parts)} are true: ({'; '.join(parts)})"


def _describe_test(
    test: Comparison, *, positive: bool = False, write: Callable[[Any], str] | None = None
) -> str:
    write = write or _write
    row = test.row
    if positive and test.negated:
        row = test.prepare(row.families[0], dt.datetime(2000, 1, 1, tzinfo=dt.UTC))[0]
    joiner = " and " if row.arity is Arity.TWO else " or "
    operand = test.operand
    written = joiner.join(map(write, operand)) if isinstance(operand, tuple) else write(operand)
    return row.phrase.format(x=written)


def _describe_channel(node: ChannelCondition) -> str:
    subscribed = "who subscribed" if node.within else "who are subscribed"
    return {
        "subscribed": f"{subscribed} to push notifications{_lead(node.within)}",
        "unsubscribed": f"who unsubscribed from push notifications{_lead(node.within)}",
        "never": "who never subscribed to push notifications",
    }[node.state]


def _describe_location(node: LocationCondition) -> str:
    radius = f"{node.radius.miles:g} miles" if node.radius.miles is not None else f"{node.radius.km:g} km"
    spots = " or ".join(_describe_spot(spot) for spot in node.spots)
    return f"who are within {radius} of {spots}"


def _describe_spot(spot: Spot) -> str:
    return spot.name or f"{spot.lat:g}, {spot.lon:g}"


def _name_deed(event: str) -> tuple[str, str]:
    return DEEDS.get(event, (f"did “{event}”", f"do “{event}”"))


def _describe_doing(deed: tuple[str, str], details: str, count: Count | None, within: Window | None) -> str:
    least, most = count.span if count else (1, None)
    if (least, most) == (0, 0):
        return f"who did not {deed[1]}{details}{_lead(within)}"
    often = "" if (least, most) == (1, None) else f" {_describe_count(least, most)}"
    return f"who {deed[0]}{details}{often}{_lead(within)}"


def _describe_message(node: MessageCondition, names: Names) -> str:
    least, most = node.count.span if node.count else (1, None)
    did, did_not = ACTIVITIES[node.activity]
    name = (
        f"the campaign “{names.campaigns.get(node.campaign, f'number {node.campaign}')}”"
        if node.campaign
        else "any campaign"
    )
    if (least, most) == (0, 0):
        return f"who {did_not} {name}{_lead(node.within)}"
    often = "" if (least, most) == (1, None) else f" {_describe_count(least, most)}"
    return f"who {did} {name}{often}{_lead(node.within)}"


def _describe_count(least: int, most: int | None) -> str:
    if most is None:
        return f"at least {least:,} {_times(least)}"
    if least == most:
        return f"exactly {least:,} {_times(least)}"
    return f"at most {most:,} {_times(most)}" if least == 0 else f"{least:,} to {most:,} times"


def _times(number: int) -> str:
    return "time" if number == 1 else "times"


def _lead(within: Window | None) -> str:
    return f" {_describe_window(within)}" if within else ""


def _describe_window(window: Window) -> str:
    match window:
        case LastWindow(last=last):
            return f"in the last {_write(last)}"
        case AgoWindow(between_ago=(longer, shorter)):
            return f"between {_write(longer)} and {_write(shorter)} ago"
        case SinceWindow(since=since):
            return f"since {_write(since)}"
        case BetweenWindow(between=(start, end)):
            return f"between {_write(start)} and {_write(end)}"
        case CalendarWindow(calendar=calendar):
            return CALENDAR[calendar]


def _write_country(code: str) -> str:
    return str(COUNTRIES.get(code.upper(), f"“{code}”"))


def _write(operand: Any) -> str:
    match operand:
        case Duration():
            unit = operand.unit if operand.amount != 1 else operand.unit.removesuffix("s")
            return f"{operand.amount:g} {unit}"
        case dt.datetime():
            return f"{operand.astimezone(dt.UTC):%-d %B %Y %H:%M} UTC"
        case bool() | None:
            return ""
        case int() | float():
            return f"{operand:,}"
    return f"“{operand}”"
