"""The rule as an English sentence that a marketer can check."""

from babel import Locale

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
)
from segments.rules.describe_events import describe_events
from segments.rules.names import Names
from segments.rules.shares import BUCKETS
from segments.rules.values import Spot
from segments.rules.wording import (
    HIDDEN,
    are_hidden,
    hide_values,
    join_words,
    say_name,
    say_test,
    say_window,
    write,
    write_plain,
)

PROFILE_LABELS = {
    "country": "country", "region": "region", "city": "city", "timezone": "time zone", "language": "language",
    "external_id": "customer id", "claimed_id": "claimed customer id", "email": "e-mail address",
    "created_at": "first visit", "last_seen_at": "last visit", "source": "source",
}  # fmt: skip
COUNTRIES = Locale("en").territories
WHOLE_VALUES = {"equals", "not_equals", "in", "not_in"}
DEVICE_KINDS = {"mobile", "tablet", "desktop"}
DEVICE_LABELS = {"kind": "kind", "os": "system", "browser": "browser"}


def describe_rule(rule: Rule, names: Names) -> str:
    """One sentence, like “Subscribers whose loyalty tier equals “gold” and who …”."""
    root = rule.root
    if isinstance(root, Group) and not root.conditions and root.match in {"all", "none"}:
        return "Every subscriber."
    return f"Subscribers {_describe(root, names, top=True)}."


def describe_shape(rule: Rule, names: Names) -> str:
    """The same without values: what is asked, and of nobody the answer."""
    with hide_values():
        return describe_rule(rule, names)


def _describe(node: Condition, names: Names, *, top: bool = False) -> str:
    match node:
        case Group():
            return _describe_group(node, names, top=top)
        case AttributeCondition():
            return f"whose {say_name(node.key)} {say_test(node)}"
        case ProfileCondition():
            writer = _write_country if node.field == "country" and node.row.key in WHOLE_VALUES else write
            return f"whose {PROFILE_LABELS[node.field]} {say_test(node, writer=writer)}"
        case DeviceCondition():
            return _describe_device(node)
        case ChannelCondition():
            return _describe_channel(node)
        case LocationCondition():
            return _describe_location(node)
        case SegmentCondition():
            name = names.segments.get(node.segment, f"number {node.segment}")
            return f"who are {'' if node.member else 'not '}in the segment “{name}”"
        case BucketCondition():
            return f"in the random share from {node.first * 100 / BUCKETS:g} % to {node.to * 100 / BUCKETS:g} % of “{node.salt}”"
        case LocalTimeCondition():
            return _describe_clock(node)
        case _:
            return describe_events(node, names)


def _describe_group(node: Group, names: Names, *, top: bool) -> str:
    parts = [_describe(each, names) for each in node.conditions]
    if not parts:
        nobody = node.match == "any" or (node.match == "at_least" and (node.n or 0) > 0)
        return "for whom nothing is asked" if not nobody else "that nobody can be (no condition is given)"
    match node.match:
        case "all" | "any":
            text = join_words(parts, "and" if node.match == "all" else "or")
            return text if top or len(parts) == 1 else f"({text})"
        case "none":
            asked = "none of this is true"
        case "at_least":
            asked = f"at least {node.n} of these {len(parts)} {'is' if node.n == 1 else 'are'} true"
    listed = "; ".join(parts)
    return f"for whom {asked}: {listed if top else f'({listed})'}"


def _describe_device(node: DeviceCondition) -> str:
    test = say_test(node, positive=True)
    kinds = [str(each).lower() for each in (node.values or (node.value,))]
    if node.field == "kind" and node.row.key in WHOLE_VALUES and DEVICE_KINDS.issuperset(kinds):
        device = f"a {join_words(kinds, 'or')} device"
    else:
        device = f"a device whose {DEVICE_LABELS[node.field]} {test}"
    return f"{'without' if node.negated else 'with'} {device}"


def _describe_channel(node: ChannelCondition) -> str:
    subscribed = "who subscribed" if node.within else "who are subscribed"
    return {
        "subscribed": f"{subscribed} to push notifications{say_window(node.within)}",
        "unsubscribed": f"who unsubscribed from push notifications{say_window(node.within)}",
        "never": "who never subscribed to push notifications",
    }[node.state]


def _describe_location(node: LocationCondition) -> str:
    if node.radius is None:
        return f"who are inside an area with {len(node.polygon or ())} corners"
    radius = (
        f"{write_plain(node.radius.miles)} miles"
        if node.radius.miles is not None
        else f"{write_plain(node.radius.km or 0)} km"
    )
    return f"who are within {radius} of {join_words(map(_describe_spot, node.spots), 'or')}"


def _describe_clock(node: LocalTimeCondition) -> str:
    parts = []
    if node.between:
        parts.append(f"shows {node.between[0]} to {node.between[1]}")
    if node.weekdays:
        parts.append(f"is on {join_words((day.capitalize() for day in node.weekdays), 'or')}")
    return f"whose own clock now {' and '.join(parts)}"


def _describe_spot(spot: Spot) -> str:
    return spot.name or (HIDDEN if are_hidden() else f"{spot.lat:g}, {spot.lon:g}")


def _write_country(code: str) -> str:
    return str(COUNTRIES.get(code.upper(), f"“{code}”"))
