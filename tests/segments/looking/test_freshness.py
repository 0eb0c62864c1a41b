"""How fresh a segment is: right up to the oldest thing that waits, and what keeping it so cost today."""

import datetime as dt

from segments.following import follow_site
from segments.looking.freshness import find_watermark, read_freshness, read_waiting
from segments.models import Segment, SegmentDay
from subscribers.changes import PERSON, note_changes
from subscribers.models import Site
from tests.factories import NOW, make_list, make_segment, make_site, make_subscriber
from tests.segments.live import CART_TODAY, make_built
from tests.tracking.requests import event, track
from tracking.models import InboxItem

MINUTE = dt.timedelta(minutes=1)


def test_nothing_waits_so_it_is_right_as_of_its_watermark(site: Site) -> None:
    segment = make_built(site)

    assert read_freshness(segment, now=NOW + MINUTE).right_as_of == NOW


def test_a_change_that_waits_may_concern_it(site: Site) -> None:
    segment = make_built(site)
    note_changes(site.pk, {PERSON: [1]}, now=NOW - MINUTE)

    freshness = read_freshness(segment, now=NOW)

    assert (freshness.right_as_of, freshness.waits_since) == (NOW - MINUTE, NOW - MINUTE)


def test_a_request_in_the_inbox_may_concern_it_but_not_one_that_was_set_aside(site: Site) -> None:
    segment = make_built(site)
    InboxItem.objects.create(site=site, shard=1, payload={}, received_at=NOW - 2 * MINUTE, failed_at=NOW)
    InboxItem.objects.create(site=site, shard=1, payload={}, received_at=NOW - MINUTE)

    assert read_freshness(segment, now=NOW).right_as_of == NOW - MINUTE


def test_what_waits_at_another_site_is_not_its_concern(site: Site) -> None:
    other = make_site()
    note_changes(other.pk, {PERSON: [1]}, now=NOW - MINUTE)

    assert read_waiting([site.pk, other.pk]) == {other.pk: NOW - MINUTE}


def test_a_list_is_right_now_and_a_segment_that_was_never_built_never(site: Site) -> None:
    assert find_watermark(make_list(site), None, now=NOW + MINUTE) == NOW + MINUTE
    assert find_watermark(make_segment(site, status=Segment.Status.BUILDING), None, now=NOW) is None


def test_the_cost_of_today_is_told_per_thousand_people(site: Site) -> None:
    make_subscriber(site)
    segment = make_built(site, CART_TODAY)
    track(site, event("add_to_cart"))
    follow_site(site, now=NOW)

    freshness = read_freshness(segment, now=NOW)

    assert freshness.asked_today == SegmentDay.objects.get().looked_at > 0
    assert freshness.ms_per_thousand == (
        freshness.took_today / dt.timedelta(microseconds=1) / freshness.asked_today
    )
    assert read_freshness(segment, now=NOW + dt.timedelta(days=1)).ms_per_thousand is None
