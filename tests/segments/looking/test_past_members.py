"""Who was in a segment at a past instant is told by its log, and agrees with who was in it then."""

import datetime as dt
from itertools import pairwise

import pytest

from segments.lists import add_members, remove_members
from segments.looking import past_members
from segments.looking.past_members import (
    PastMember,
    count_past_members,
    read_past_members,
    refuse_past,
)
from segments.models import Segment
from subscribers.models import Site
from tests.chance import draw_chance
from tests.factories import NOW, make_list, make_segment, make_subscriber

HOUR, TICK = dt.timedelta(hours=1), dt.timedelta(microseconds=1)


def list_ids(segment: Segment, at: dt.datetime, size: int = 50) -> list[int]:
    """All pages, one after the other."""
    found: list[int] = []
    below = None
    while True:
        page = read_past_members(segment, at=at, size=size, below=below)
        found += [member.subscriber_id for member in page.members]
        if page.below is None:
            return found
        below = page.below


def test_whoever_had_entered_and_not_left_was_in_it(site: Site) -> None:
    ana, ben = (make_subscriber(site).pk for _ in range(2))
    segment = make_list(site)
    add_members(segment, [ana, ben], now=NOW - 5 * HOUR)
    remove_members(segment, [ana], now=NOW - 3 * HOUR)

    assert list_ids(segment, NOW - 4 * HOUR) == [ben, ana]
    assert list_ids(segment, NOW - 2 * HOUR) == [ben]


def test_a_change_at_that_very_instant_has_happened(site: Site) -> None:
    ana = make_subscriber(site).pk
    segment = make_list(site)
    add_members(segment, [ana], now=NOW - HOUR)
    remove_members(segment, [ana], now=NOW)

    assert list_ids(segment, NOW - TICK) == [ana]
    assert list_ids(segment, NOW) == []


def test_it_is_told_since_when_they_were_in_it_then(site: Site) -> None:
    ana = make_subscriber(site).pk
    segment = make_list(site)
    add_members(segment, [ana], now=NOW - 5 * HOUR)
    remove_members(segment, [ana], now=NOW - 3 * HOUR)
    add_members(segment, [ana], now=NOW - 2 * HOUR)

    page = read_past_members(segment, at=NOW - 4 * HOUR, size=50)

    assert page.members == [PastMember(ana, NOW - 5 * HOUR)]


@pytest.mark.parametrize("most", [20, 200_000])
def test_every_instant_of_a_busy_past_agrees_with_what_was_then(
    site: Site, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """However little a page may look at, all pages together tell all."""
    monkeypatch.setattr(past_members, "MOST_LOOKED_AT", most)
    chance = draw_chance("a busy past")
    people = [make_subscriber(site).pk for _ in range(12)]
    segment, inside = make_list(site), set[int]()
    story: list[tuple[dt.datetime, set[int]]] = []
    for step in range(40):
        at = NOW - dt.timedelta(days=4) + step * 2 * HOUR
        moved = set(chance.sample(people, 2))
        add_members(segment, moved - inside, now=at)
        remove_members(segment, moved & inside, now=at)
        inside = inside ^ moved
        story.append((at, inside))

    for (at, then), (later, _) in pairwise(story):
        between = at + (later - at) / 2
        assert set(list_ids(segment, between, size=5)) == then
        assert count_past_members(segment, at=between) == len(then)


def test_a_moment_before_the_first_entry_is_refused_in_words(site: Site) -> None:
    segment = make_list(site)
    add_members(segment, [make_subscriber(site).pk], now=NOW)

    refusal = refuse_past(segment, NOW - HOUR, now=NOW)

    assert refusal == (
        "Its members are known from 21 Nov 2026, 13:00:00 (Europe/Berlin) on, when the first of them entered."
    )
    assert refuse_past(segment, NOW, now=NOW) is None


def test_a_segment_that_was_never_built_and_the_time_to_come_are_refused(site: Site) -> None:
    segment = make_segment(site)

    assert refuse_past(segment, NOW, now=NOW) == "Nobody has been in this segment so far."
    assert refuse_past(segment, NOW + HOUR, now=NOW) == (
        "That is still to come: ask for a moment that has passed."
    )
