"""A group's next flip is made of its conditions', and its next change is where the whole differs."""

import datetime as dt

import pytest

from segments.rules.flips import Outlook, find_next_change
from tests.factories import NOW
from tests.segments.rules.documents import JSON, attribute, event, group, read
from tests.segments.rules.flips.asking import BERLIN, DAY, did, find_change, find_flip, person

TRUE, FALSE = attribute("tier", "exists"), attribute("nothing", "exists")
GOLD = {"tier": "gold"}


def until(day: int, name: str = "purchase") -> JSON:
    """True for everybody who did it within the last so many days."""
    return event(name, within={"last": {"days": day}})


def after(day: int) -> JSON:
    """False for those who did it within the last so many days, true after that."""
    return group("none", until(day))


@pytest.mark.parametrize(
    ("root", "days"),
    [
        (group("all", until(3), until(5)), 3),
        (group("all", after(3), after(5), TRUE), 5),
        (group("all", after(3), FALSE), None),
        (group("any", until(3), until(5)), 5),
        (group("any", after(3), after(5), FALSE), 3),
        (group("any", until(3), TRUE), None),
        (group("none", until(3), until(5)), 5),
        (group("none", after(3), after(5)), 3),
        (group("at_least", until(3), until(5), until(8), n=2), 5),
        (group("at_least", after(3), after(5), after(8), n=2), 5),
        (group("at_least", until(3), until(5), after(8), n=0), None),
        (group("at_least", until(3), n=2), None),
        (group("all"), None),
        (group("any"), None),
        (group("any", group("all", until(3), TRUE), group("all", until(5), until(4))), 4),
    ],
)
def test_a_group_changes_when_as_many_conditions_have_turned_as_it_takes(
    root: JSON, days: int | None
) -> None:
    facts = person(attributes=GOLD, events=did(0))
    expected = None if days is None else NOW + days * DAY

    assert find_change(root, facts) == expected
    assert find_flip(root, facts) == expected


def test_conditions_that_turn_against_each_other_at_one_instant_change_nothing() -> None:
    root = group("any", until(3), after(3))

    assert find_change(root, person(events=did(0))) is None


def test_a_flip_may_be_early_where_the_change_is_exact() -> None:
    """Of two that must both hold, one comes and goes before the other comes."""
    week_before = event(within={"between_ago": [{"days": 2}, {"days": 1}]})
    root = group("all", week_before, group("none", event("view", within={"last": {"days": 3}})))
    facts = person(events=(*did(0), *did(-2), *did(0, name="view")))

    assert find_flip(root, facts) == NOW + 3 * DAY
    assert find_change(root, facts) == NOW + 3 * DAY

    late = person(events=(*did(0), *did(-4), *did(0, name="view")))
    assert find_flip(root, late) == NOW + 3 * DAY
    assert find_change(root, late) == NOW + 5 * DAY


def test_the_membership_of_other_segments_and_all_that_is_known_stay_as_they_are() -> None:
    still: list[JSON] = [
        {"type": "segment", "segment": 7},
        {"type": "bucket", "salt": "a", "from": 0, "to": 5000},
        {"type": "device", "field": "os", "operator": "equals", "value": "iOS"},
        {"type": "location", "near": {"lat": 0, "lon": 0}, "radius": {"km": 1}},
        {"type": "profile", "field": "country", "operator": "equals", "value": "DE"},
    ]

    assert [find_change(each, person()) for each in still] == [None] * len(still)


def test_where_conditions_turn_for_ever_it_is_known_for_how_long_the_whole_does_not() -> None:
    days = [{"type": "local_time", "weekdays": [day]} for day in ("monday", "tuesday")]

    outlook = find_next_change(read(group("all", *days)), person(), as_of=NOW, zone=BERLIN)

    assert outlook.changes_at is None
    assert outlook.certain_until
    assert outlook.certain_until > NOW + 365 * DAY


def test_nothing_is_foretold_beyond_the_calendar_of_the_rule_language() -> None:
    facts, as_of = person(events=did(0)), dt.datetime(2199, 12, 31, tzinfo=dt.UTC)
    ahead = person(attributes={"since": "2200-06-01T00:00:00.000000Z"})

    assert find_change(until(3), facts) == NOW + 3 * DAY
    assert find_next_change(
        read(attribute("since", "within_last", {"days": 1})), ahead, as_of=as_of, zone=BERLIN
    ) == Outlook(None)


def test_an_instant_in_any_zone_is_the_same_instant() -> None:
    facts = person(events=did(0))

    assert find_change(until(3), facts, as_of=NOW.astimezone(BERLIN)) == NOW + 3 * DAY
