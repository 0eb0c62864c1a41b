"""Segments built on segments follow in the same round, each after those it needs."""

import pytest

from segments.building import build_members, build_waiting
from segments.following import follow_site
from segments.lists import add_members, remove_members
from segments.models import Segment
from subscribers.models import Site, SubscriberChange
from tests.factories import (
    EVERYONE,
    NOW,
    change_subscriber,
    make_event,
    make_list,
    make_segment,
    make_subscriber,
)
from tests.segments.live import (
    BUYERS,
    CART_TODAY,
    GERMANS,
    LATER,
    SECOND,
    changes,
    is_in,
    make_built,
    members,
    negate,
    rule_of,
)
from tests.subscribers.noting import forget_noted


def make_tower(site: Site) -> tuple[Segment, Segment, Segment]:
    """Three, each built on the next; made in the wrong order on purpose."""
    top, middle, bottom = make_segment(site), make_segment(site), make_segment(site, BUYERS)
    Segment.objects.filter(pk=top.pk).update(rule=is_in(middle))
    Segment.objects.filter(pk=middle.pk).update(rule=negate(is_in(bottom)))
    build_waiting(now=NOW)
    return top, middle, bottom


def test_a_change_goes_through_all_floors_in_one_round(site: Site) -> None:
    person = make_subscriber(site)
    top, middle, bottom = make_tower(site)
    follow_site(site, now=NOW)
    make_event(person, "purchase")

    follow_site(site, now=LATER)

    assert [members(each) for each in (top, middle, bottom)] == [set(), set(), {person.pk}]
    assert [changes(each)[-1][1:] for each in (top, middle, bottom)] == [
        ("left", "segment", LATER),
        ("left", "segment", LATER),
        ("entered", "event", LATER),
    ]
    assert not SubscriberChange.objects.exists()


def test_what_time_changes_goes_through_all_floors(site: Site) -> None:
    person = make_subscriber(site)
    make_event(person, "add_to_cart")
    inner = make_built(site, CART_TODAY)
    outer = make_built(site, is_in(inner))
    forget_noted()
    end = NOW.replace(day=22)

    follow_site(site, now=end)

    assert (members(inner), members(outer)) == (set(), set())
    assert [changes(each)[-1][2] for each in (inner, outer)] == ["time", "segment"]


def test_who_is_in_two_that_one_is_built_on_stays_until_both_are_left(site: Site) -> None:
    person = make_subscriber(site, country="DE")
    make_event(person, "purchase")
    germans, buyers = make_built(site, GERMANS), make_built(site, BUYERS)
    conditions = [is_in(germans)["root"], is_in(buyers)["root"]]
    either = make_built(site, rule_of({"type": "group", "match": "any", "conditions": conditions}))
    change_subscriber(person, country="FR")

    follow_site(site, now=LATER)

    assert (members(germans), members(either)) == (set(), {person.pk})


def test_a_build_is_followed_by_what_is_built_on_it(site: Site) -> None:
    person = make_subscriber(site, country="DE")
    inner = make_built(site, BUYERS)
    outer = make_built(site, is_in(inner))
    forget_noted()
    Segment.objects.filter(pk=inner.pk).update(rule=GERMANS)
    build_members(inner, as_of=LATER)
    assert members(outer) == set()

    follow_site(site, now=LATER)

    assert members(outer) == {person.pk}
    assert changes(outer)[-1][2] == "segment"


def test_a_build_that_moves_too_many_to_list_makes_those_on_it_be_built_anew(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("segments.building.MOST_LISTED", 1)
    people = {make_subscriber(site, country="DE").pk for _ in range(2)}
    inner = make_built(site, BUYERS)
    outer = make_built(site, is_in(inner))
    Segment.objects.filter(pk=inner.pk).update(rule=EVERYONE)
    build_members(inner, as_of=LATER)

    follow_site(site, now=LATER)
    outer.refresh_from_db()
    assert outer.status == "building"

    build_waiting(now=LATER + SECOND)
    assert members(outer) == people


def test_what_is_built_on_a_list_follows_it(site: Site) -> None:
    person = make_subscriber(site)
    listed = make_list(site)
    outer = make_built(site, is_in(listed))

    add_members(listed, [person.pk], now=LATER)
    follow_site(site, now=LATER)
    assert members(outer) == {person.pk}

    remove_members(listed, [person.pk], now=LATER + SECOND)
    follow_site(site, now=LATER + SECOND)
    assert members(outer) == set()


def test_a_circle_that_slipped_in_is_followed_without_end(site: Site) -> None:
    one, other = make_built(site, BUYERS), make_built(site, GERMANS)
    for segment, base in ((one, other), (other, one)):
        segment.versions.update(rule=is_in(base))
    make_subscriber(site)

    follow_site(site, now=LATER)

    assert (members(one), members(other)) == (set(), set())
