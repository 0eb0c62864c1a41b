"""Whether a condition is bound to hold where another one does: for every subscriber, at every instant, in every zone.

A yes is certain, and held to that by tests over random people; a no may be ignorance.
"""

from segments.rules.ast import (
    BucketCondition,
    ChannelCondition,
    Condition,
    DeviceCondition,
    Group,
    LocalTimeCondition,
    LocationCondition,
)
from segments.rules.comparisons import Comparison
from segments.rules.conflicts import cover_everybody, exclude_each_other, find_subject
from segments.rules.containment import area_contains, clock_contains, window_contains
from segments.rules.event_nodes import EventRepeatCondition, EventSequenceCondition
from segments.rules.occurrences import list_occurrences, read_occurrences
from segments.rules.value_implications import test_implies

MOST_SPOTS = 40  # of a location: their distances from all of another one's are measured
MOST_INSIDE = 6  # conditions of a group: each is compared with each, while somebody waits


def implies(one: Condition, other: Condition) -> bool:
    """Whether everybody who fits `one` fits `other`. Small groups of conditions are looked into, larger ones are not."""
    if one == other:
        return True
    if isinstance(one, Group) and _is_plain(one) and _group_implies(one, other):
        return True
    if isinstance(other, Group):
        return _is_plain(other) and _implies_group(one, other)
    return not isinstance(one, Group) and _leaf_implies(one, other)


def _group_implies(group: Group, other: Condition) -> bool:
    if group.match == "none":
        if isinstance(other, Group) and other.match == "none":
            return all(
                any(implies(each, ruled_out) for ruled_out in group.conditions) for each in other.conditions
            )
        return any(_are_alike(each, other) and cover_everybody(each, other) for each in group.conditions)
    # Of those that hold at least one must settle it: fewer may be idle than must hold.
    idle = sum(not implies(each, other) for each in group.conditions)
    return idle < min(_find_needed(group), len(group.conditions))


def _implies_group(one: Condition, group: Group) -> bool:
    if group.match == "none":
        return all(_are_alike(one, each) and exclude_each_other(one, each) for each in group.conditions)
    return sum(implies(one, each) for each in group.conditions) >= _find_needed(group)


def _find_needed(group: Group) -> int:
    return {"all": len(group.conditions), "any": 1}.get(group.match, group.n or 0)


def _is_plain(group: Group) -> bool:
    few = len(group.conditions) <= MOST_INSIDE
    return few and not any(isinstance(each, Group) for each in group.conditions)


def _are_alike(one: Condition, other: Condition) -> bool:
    subject = find_subject(one)
    return subject is not None and subject == find_subject(other)


def _leaf_implies(one: Condition, other: Condition) -> bool:
    match one, other:
        case Comparison(), Comparison():
            return _are_alike(one, other) and test_implies(one, other)
        case DeviceCondition(), ChannelCondition():
            return not one.negated and (other.state, other.within) == ("subscribed", None)
        case ChannelCondition(), ChannelCondition():
            return one.state == other.state and window_contains(other.within, one.within)
        case LocationCondition(), LocationCondition():
            return len(one.spots) * len(other.spots) <= MOST_SPOTS**2 and area_contains(other, one)
        case BucketCondition(), BucketCondition():
            return one.salt == other.salt and other.first <= one.first and one.to <= other.to
        case LocalTimeCondition(), LocalTimeCondition():
            return clock_contains(other, one)
        case EventSequenceCondition(), EventSequenceCondition():
            same = (one.steps, one.gap) == (other.steps, other.gap)
            return same and window_contains(other.within, one.within)
        case EventRepeatCondition(), EventRepeatCondition():
            same = one.property == other.property and one.times >= other.times
            return same and list_occurrences(one)[0].are_among(list_occurrences(other)[0])
    asked = read_occurrences(other)
    return asked is not None and any(found.imply(asked) for found in list_occurrences(one))
