"""Machines' clocks differ by moments: what one of them has followed, no other forgets."""

import datetime as dt

from segments.building import build_members, build_waiting
from segments.following import follow_site
from segments.models import Segment
from subscribers.changes import LOG, note_for_everyone
from subscribers.models import Site
from tests.factories import NOW, make_segment
from tests.segments.live import CART_TODAY, LATER, make_built, members
from tests.tracking.requests import event, track

A_MOMENT = dt.timedelta(milliseconds=25)


def test_a_segment_to_be_built_anew_sees_what_was_followed_when_that_was_found_out(site: Site) -> None:
    segment = make_built(site, CART_TODAY)
    note_for_everyone(site.pk, [LOG], now=NOW)
    track(site, event("add_to_cart"), at=LATER)
    follow_site(site, now=LATER)

    build_waiting(now=LATER - A_MOMENT)

    assert len(members(segment)) == 1


def test_an_edit_that_waits_sees_what_was_followed_meanwhile(site: Site) -> None:
    segment = make_built(site)
    Segment.objects.filter(pk=segment.pk).update(rule=CART_TODAY, status="building")
    track(site, event("add_to_cart"), at=LATER)
    follow_site(site, now=LATER)

    build_waiting(now=LATER - A_MOMENT)

    assert len(members(segment)) == 1


def test_a_new_segment_sees_what_was_followed_for_others(site: Site) -> None:
    make_built(site, CART_TODAY)
    track(site, event("add_to_cart"), at=LATER)
    follow_site(site, now=LATER)
    new = make_segment(site, CART_TODAY)

    build_members(new, as_of=LATER - A_MOMENT)

    assert len(members(new)) == 1
