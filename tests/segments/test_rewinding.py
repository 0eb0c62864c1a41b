"""A segment that was taken into a time which has not come is right again at once, and so is its history."""

import datetime as dt

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from segments.building import build_waiting
from segments.following import follow_site
from segments.models import Membership, Segment, SegmentDay
from subscribers.models import Site
from tests.factories import make_site
from tests.segments.live import BUYERS, CART_TODAY, SECOND, changes, is_in, make_built, members
from tests.tracking.requests import event, track

A_DAY = dt.timedelta(days=1)
SOON = 5 * SECOND


@pytest.fixture
def now() -> dt.datetime:
    """This moment, by the database's clock, too: else nobody could say what is ahead of it."""
    return timezone.now()


def settle(site: Site, now: dt.datetime) -> None:
    """What jobs do within moments."""
    follow_site(site, now=now)
    build_waiting(now=now + SECOND)
    follow_site(site, now=now + 2 * SECOND)


@pytest.mark.parametrize("ahead", [A_DAY, dt.timedelta(minutes=10), dt.timedelta(days=400)])
def test_whoever_buys_now_enters_though_a_job_ran_ahead_of_time(
    site: Site, now: dt.datetime, ahead: dt.timedelta
) -> None:
    segment = make_built(site, CART_TODAY, as_of=now)
    follow_site(site, now=now + ahead, thoroughly=True)
    track(site, event("add_to_cart"), at=now + SOON)

    settle(site, now + SOON)

    assert len(members(segment)) == 1
    assert segment.status == Segment.Status.READY
    assert segment.refreshed_at is not None
    assert segment.refreshed_at < now + SOON + 10 * SECOND


def test_whoever_was_put_out_ahead_of_time_is_in_again_as_if_nothing_had_been(
    site: Site, now: dt.datetime
) -> None:
    track(site, event("add_to_cart"), at=now)
    segment = make_built(site, CART_TODAY, as_of=now)
    before, entered_at = changes(segment), Membership.objects.get().entered_at
    follow_site(site, now=now + 2 * A_DAY, thoroughly=True)
    assert members(segment) == set()

    settle(site, now + SOON)

    assert len(members(segment)) == 1
    assert changes(segment) == before
    assert Membership.objects.get().entered_at == entered_at
    assert sum(day.entered - day.left for day in SegmentDay.objects.all()) == 1


def test_a_build_ahead_of_time_is_mended_by_a_build(site: Site, now: dt.datetime) -> None:
    segment = make_built(site, CART_TODAY, as_of=now + A_DAY)
    track(site, event("add_to_cart"), at=now + SOON)
    Segment.objects.update(status=Segment.Status.BUILDING)

    build_waiting(now=now + SOON)

    assert len(members(segment)) == 1


def test_a_segment_that_is_right_is_not_taken_ahead_by_one_that_is_not(site: Site, now: dt.datetime) -> None:
    make_built(site, CART_TODAY, as_of=now + A_DAY)
    track(site, event("add_to_cart"), at=now + SOON)
    other = make_built(site, CART_TODAY, as_of=now + SOON + SECOND)

    assert len(members(other)) == 1
    assert other.refreshed_at is not None
    assert other.refreshed_at < now + SOON + 10 * SECOND


def test_segments_built_on_one_that_was_ahead_are_right_with_it(site: Site, now: dt.datetime) -> None:
    track(site, event("add_to_cart"), at=now)
    base = make_built(site, CART_TODAY, as_of=now)
    outer = make_built(site, is_in(base, member=False), as_of=now)
    follow_site(site, now=now + 2 * A_DAY, thoroughly=True)
    assert len(members(outer)) == 1

    settle(site, now + SOON)
    settle(site, now + 2 * SOON)

    assert (len(members(base)), len(members(outer))) == (1, 0)


def test_a_change_noted_by_a_fast_clock_takes_no_segment_ahead(site: Site, now: dt.datetime) -> None:
    segment = make_built(site, BUYERS, as_of=now)
    track(site, event("purchase"), at=now + A_DAY)

    follow_site(site, now=now + SOON)
    build_waiting(now=now + SOON)

    segment.refresh_from_db()
    assert segment.refreshed_at is not None
    assert segment.refreshed_at < now + SOON + dt.timedelta(minutes=5)


class TestRewinding(TestCase):
    @given(
        carts=st.lists(st.integers(-30 * 60, 0), min_size=1, max_size=3),  # minutes from now
        jumps=st.lists(st.integers(3, 3 * 24 * 60), min_size=1, max_size=3),
    )
    def test_however_a_clock_jumped_the_members_are_those_of_now(
        self, carts: list[int], jumps: list[int]
    ) -> None:
        site, now = make_site(), timezone.now()
        for minutes in carts:
            track(site, event("add_to_cart"), at=now + dt.timedelta(minutes=minutes))
        segment = make_built(site, CART_TODAY, as_of=now)
        for minutes in jumps:
            follow_site(site, now=now + dt.timedelta(minutes=minutes), thoroughly=True)

        settle(site, now + SOON)

        assert len(members(segment)) == any(minutes > -24 * 60 for minutes in carts)
        assert Segment.objects.get(pk=segment.pk).status == Segment.Status.READY
