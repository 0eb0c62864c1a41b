"""Live membership follows data and time: whoever is concerned is asked again, and nobody else."""

import datetime as dt
from typing import Any

from segments.building import build_members
from segments.following import follow_site
from segments.models import Membership, MembershipChange, Segment
from subscribers.models import Site, SubscriberChange
from tests.factories import NOW, make_segment
from tests.tracking.requests import event, track

JSON = dict[str, Any]
CART_TODAY: JSON = {
    "version": 1,
    "root": {"type": "event", "event": "add_to_cart", "within": {"last": {"hours": 24}}},
}


def make_built(site: Site, rule: JSON) -> Segment:
    segment = make_segment(site, rule)
    build_members(segment, as_of=NOW)
    return segment


def count(segment: Segment) -> int:
    members = Membership.objects.filter(segment=segment).count()
    segment.refresh_from_db()
    assert segment.member_count == members
    return members


def test_an_event_makes_a_member(site: Site) -> None:
    segment = make_built(site, CART_TODAY)
    track(site, event("add_to_cart"))

    follow_site(site, now=NOW)

    assert count(segment) == 1
    assert MembershipChange.objects.get().cause == "event"
    assert not SubscriberChange.objects.exists()


def test_time_ends_a_membership_at_the_right_second(site: Site) -> None:
    segment = make_built(site, CART_TODAY)
    track(site, event("add_to_cart"))
    follow_site(site, now=NOW)

    follow_site(site, now=NOW + dt.timedelta(hours=24) - dt.timedelta(seconds=1))
    assert count(segment) == 1

    follow_site(site, now=NOW + dt.timedelta(hours=24))
    assert count(segment) == 0
    assert MembershipChange.objects.get(kind="left").cause == "time"
