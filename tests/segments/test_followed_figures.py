"""What a round of following writes down: for which instants, in the log, and in the figures of each day."""

import datetime as dt

from segments.following import follow_site
from segments.models import MembershipChange, SegmentDay
from subscribers.models import Site
from tests.factories import NOW, change_subscriber, make_event, make_subscriber
from tests.segments.live import BUYERS, CART_TODAY, GOLD, LATER, SECOND, changes, did, make_built, members
from tests.tracking.requests import event, track

DAY = dt.timedelta(days=1)


# --- Instants ----------------------------------------------------------------------


def test_the_watermark_never_goes_back(site: Site) -> None:
    segment = make_built(site, CART_TODAY, as_of=LATER)
    track(site, event("add_to_cart"))

    follow_site(site, now=NOW)

    assert len(members(segment)) == 1
    assert segment.refreshed_at is not None
    assert segment.refreshed_at >= LATER
    assert MembershipChange.objects.get().changed_at > LATER


def test_what_a_clock_that_is_ahead_has_noted_is_followed_for_its_instant(site: Site) -> None:
    segment = make_built(site, CART_TODAY)
    track(site, event("add_to_cart"), at=LATER)

    follow_site(site, now=NOW)

    assert len(members(segment)) == 1
    assert MembershipChange.objects.get().changed_at == LATER


def test_two_rounds_at_one_instant_are_logged_apart(site: Site) -> None:
    person = make_subscriber(site)
    segment = make_built(site, GOLD)
    for attributes in ({"tier": "gold"}, {}, {"tier": "gold"}):
        change_subscriber(person, attributes=attributes)
        follow_site(site, now=NOW)

    assert [kind for _, kind, _, _ in changes(segment)] == ["entered", "left", "entered"]


# --- Figures -----------------------------------------------------------------------


def sum_days(segment_id: int) -> tuple[int, int]:
    days = SegmentDay.objects.filter(segment=segment_id)
    return sum(day.entered for day in days), sum(day.left for day in days)


def test_the_figures_of_the_days_are_those_of_the_log(site: Site) -> None:
    people = [make_subscriber(site) for _ in range(3)]
    segment = make_built(site, CART_TODAY)
    for number, person in enumerate(people):
        make_event(person, "add_to_cart", NOW + number * DAY)
        follow_site(site, now=NOW + number * DAY)
    follow_site(site, now=NOW + 5 * DAY)

    kinds = [kind for _, kind, _, _ in changes(segment)]
    assert sum_days(segment.pk) == (kinds.count("entered"), kinds.count("left")) == (3, 3)


def test_a_day_begins_at_midnight_on_the_site_s_clock(site: Site) -> None:
    segment = make_built(site, BUYERS)
    midnight = dt.datetime(2026, 11, 21, 23, tzinfo=dt.UTC)  # of Berlin
    for at in (midnight - SECOND, midnight):
        make_event(make_subscriber(site), "purchase", at)
        follow_site(site, now=at)

    days = SegmentDay.objects.filter(segment=segment, entered__gt=0).order_by("day")
    assert [(day.day.day, day.entered) for day in days] == [(21, 1), (22, 1)]


def test_what_it_takes_to_follow_is_counted(site: Site) -> None:
    segment = make_built(site, did("purchase"))
    make_event(make_subscriber(site), "purchase")

    follow_site(site, now=LATER)

    day = SegmentDay.objects.get(segment=segment)
    assert day.looked_at == 1
    assert day.took_us > 0
