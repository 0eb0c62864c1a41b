"""The audience: read in chunks without losing or doubling anybody, from fresh segments."""

import datetime as dt

import pytest
from pytest_django import DjangoAssertNumQueries

from campaigns.audience import find_survivors, read_audience, refresh_segments
from segments.models import MembershipChange, Segment
from subscribers.models import Site
from tests import factories
from tests.campaigns.people import in_country, make_reachable, make_segmented


def test_chunks_cover_everybody_once_in_order(site: Site) -> None:
    people = [make_reachable(site) for _ in range(7)]
    chunks = list(read_audience(factories.make_campaign(site), chunk=3))
    assert [len(chunk) for chunk in chunks] == [3, 3, 1]
    assert [person.subscriber_id for chunk in chunks for person in chunk] == [person.pk for person in people]


def test_each_chunk_takes_one_query(site: Site, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for _ in range(4):
        make_reachable(site)
    campaign = factories.make_campaign(site)
    with django_assert_num_queries(2 + 3):  # the segments, and two chunks with the empty one after them
        assert len(list(read_audience(campaign, chunk=2))) == 2


def test_what_decides_on_sending_is_read_with_each_person(site: Site, now: dt.datetime) -> None:
    make_reachable(site, timezone="Asia/Kathmandu")
    left = factories.make_subscriber(site)
    factories.make_push_subscription(left, ended_at=now, end_reason="gone")
    factories.make_subscriber(site)
    (people,) = read_audience(factories.make_campaign(site))
    assert [(person.timezone, person.reachable) for person in people] == [
        ("Asia/Kathmandu", True),
        ("", False),
        ("", None),
    ]


def test_segments_that_others_are_built_on_are_refreshed_first(site: Site, now: dt.datetime) -> None:
    make_reachable(site, country="DE")
    inner = factories.make_segment(site, in_country("DE"))
    nested = {"version": 1, "root": {"type": "segment", "segment": inner.pk, "member": True}}
    outer = factories.make_segment(site, nested)
    assert refresh_segments(make_segmented(site, include=[outer]), now=now) == []
    assert [segment.memberships.count() for segment in (inner, outer)] == [1, 1]


def test_a_broken_segment_that_a_chosen_one_is_built_on_is_found(site: Site, now: dt.datetime) -> None:
    inner = factories.make_segment(site, in_country("DE"))
    nested = {"version": 1, "root": {"type": "segment", "segment": inner.pk, "member": True}}
    outer = factories.make_segment(site, nested)
    Segment.objects.filter(pk=inner.pk).update(rule={"version": 1, "root": {"type": "nonsense"}})
    assert refresh_segments(make_segmented(site, include=[outer]), now=now) == [inner]


def test_segments_that_are_fresh_enough_are_left_as_they_are(site: Site, now: dt.datetime) -> None:
    segment = factories.make_segment(site, in_country("DE"))
    campaign = make_segmented(site, include=[segment])
    refresh_segments(campaign, now=now)
    make_reachable(site, country="DE")
    ten_seconds = dt.timedelta(seconds=10)
    refresh_segments(campaign, now=now + ten_seconds, max_age=ten_seconds)
    assert not MembershipChange.objects.exists()
    refresh_segments(campaign, now=now + ten_seconds * 2, max_age=ten_seconds)
    assert MembershipChange.objects.get().cause == MembershipChange.Cause.PROFILE


def test_segments_of_which_too_many_changed_to_ask_them_are_built_first(
    site: Site, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("segments.following.MOST_ASKED", 1)
    monkeypatch.setattr("segments.building.MOST_LISTED", 1)
    inner = factories.make_segment(site, in_country("DE"))
    nested = {"version": 1, "root": {"type": "segment", "segment": inner.pk, "member": True}}
    campaign = make_segmented(site, include=[factories.make_segment(site, nested)])
    refresh_segments(campaign, now=now)
    people = {make_reachable(site, country="DE").pk for _ in range(3)}

    assert refresh_segments(campaign, now=now + dt.timedelta(seconds=10)) == []

    assert {person.subscriber_id for chunk in read_audience(campaign) for person in chunk} == people


def test_a_chain_of_merges_leads_to_its_end(site: Site) -> None:
    last = factories.make_subscriber(site)
    middle = factories.make_subscriber(site, merged_into=last)
    first = factories.make_subscriber(site, merged_into=middle)
    alone = factories.make_subscriber(site)
    survivors = find_survivors([first.pk, middle.pk, alone.pk])
    assert survivors == {first.pk: last, middle.pk: last, alone.pk: alone}


def test_a_circle_of_merges_does_not_hold_anything_up(site: Site) -> None:
    one, two = factories.make_subscriber(site), factories.make_subscriber(site)
    one.merged_into, two.merged_into = two, one
    one.save()
    two.save()
    assert set(find_survivors([one.pk, two.pk])) == {one.pk, two.pk}
