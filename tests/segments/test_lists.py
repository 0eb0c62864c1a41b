"""Lists that people keep: who is on them, and what becomes of those who turn out to be somebody else."""

import pytest

from segments.following import follow_site
from segments.lists import add_members, find_survivors, remove_members, start_list
from segments.models import MembershipChange, Segment, SegmentDay
from subscribers.identities import delete_subscribers
from subscribers.models import Identity, Site, Subscriber
from tests.factories import NOW, make_site, make_subscriber
from tests.segments.live import LATER, changes, is_in, make_built, members
from tests.subscribers.noting import forget_noted, read_noted
from tests.tracking.requests import BROWSER, event, identify, track


@pytest.fixture
def vips(site: Site) -> Segment:
    return Segment.objects.create(site=site, name="VIPs", **start_list(NOW))


def make_visitor(site: Site) -> Subscriber:
    track(site, event("add_to_cart"))
    return Identity.objects.get(site=site, value=BROWSER).subscriber


def make_customer(site: Site) -> Subscriber:
    person = make_subscriber(site, external_id="u-1")
    Identity.objects.create(site=site, kind="external", value="u-1", subscriber=person)
    return person


def test_only_living_people_of_its_site_go_on_a_list_and_each_once(site: Site, vips: Segment) -> None:
    person, stranger = make_subscriber(site), make_subscriber(make_site())
    shell = make_subscriber(site, merged_into=person)

    assert add_members(vips, [person.pk, shell.pk, stranger.pk], now=LATER).entered == (person.pk,)
    assert add_members(vips, [person.pk], now=LATER).entered == ()

    assert members(vips) == {person.pk}


def test_who_is_taken_off_is_counted_and_logged(site: Site, vips: Segment) -> None:
    person = make_subscriber(site)
    add_members(vips, [person.pk], now=NOW)

    assert remove_members(vips, [person.pk], now=LATER).left == (person.pk,)

    assert members(vips) == set()
    assert [change.kind for change in MembershipChange.objects.order_by("changed_at")] == ["entered", "left"]
    assert (SegmentDay.objects.get().entered, SegmentDay.objects.get().left) == (1, 1)


def test_what_is_built_on_a_list_follows_a_merge_in_the_same_go(site: Site, vips: Segment) -> None:
    visitor, customer = make_visitor(site), make_customer(site)
    add_members(vips, [visitor.pk], now=NOW)
    outer = make_built(site, is_in(vips))
    follow_site(site, now=NOW)
    assert members(outer) == {visitor.pk}

    track(site, identify("u-1"), at=LATER)
    follow_site(site, now=LATER)

    assert members(vips) == members(outer) == {customer.pk}


def test_who_is_deleted_is_on_no_list(site: Site, vips: Segment) -> None:
    person = make_subscriber(site)
    add_members(vips, [person.pk], now=NOW)

    delete_subscribers([person], now=LATER)
    follow_site(site, now=LATER)

    assert members(vips) == set()


def test_a_merge_told_of_by_a_clock_that_lags_is_logged_after_what_was_done_by_hand(
    site: Site, vips: Segment
) -> None:
    visitor, customer = make_visitor(site), make_customer(site)
    follow_site(site, now=NOW)
    add_members(vips, [visitor.pk], now=LATER)
    track(site, identify("u-1"), at=NOW)

    follow_site(site, now=NOW)

    log = MembershipChange.objects.filter(segment=vips).order_by("changed_at", "subscriber_id")
    assert [(change.subscriber_id, change.kind) for change in log] == [
        (visitor.pk, "entered"),
        (visitor.pk, "left"),
        (customer.pk, "entered"),
    ]


def test_a_list_s_moves_are_logged_counted_and_told_to_what_is_built_on_it(site: Site, vips: Segment) -> None:
    person = make_subscriber(site)
    forget_noted()

    add_members(vips, [person.pk], now=LATER)

    assert changes(vips) == [(person.pk, "entered", "list", LATER)]
    assert members(vips) == {person.pk}
    assert read_noted(site) == {f"segment:{vips.pk}": {person.pk}}


def test_what_changes_nothing_on_a_list_is_told_to_nobody(site: Site, vips: Segment) -> None:
    person = make_subscriber(site)
    forget_noted()

    remove_members(vips, [person.pk], now=LATER)
    add_members(vips, [], now=LATER)

    assert read_noted(site) == {}
    assert not SegmentDay.objects.exists()


def test_the_figures_of_a_list_are_those_of_its_log_through_merges_and_deletions(
    site: Site, vips: Segment
) -> None:
    visitor, customer, gone = make_visitor(site), make_customer(site), make_subscriber(site)
    add_members(vips, [visitor.pk, gone.pk], now=NOW)
    track(site, identify("u-1"), at=LATER)
    delete_subscribers([gone], now=LATER)
    follow_site(site, now=LATER)

    kinds = [kind for _, kind, _, _ in changes(vips)]
    day = SegmentDay.objects.get(segment=vips)
    assert (day.entered, day.left) == (kinds.count("entered"), kinds.count("left")) == (3, 2)
    assert members(vips) == {customer.pk}


def test_who_somebody_is_now_is_found_through_a_chain_of_merges(site: Site) -> None:
    last = make_subscriber(site)
    middle = make_subscriber(site, merged_into=last)
    first = make_subscriber(site, merged_into=middle)

    assert find_survivors([first.pk, last.pk, 2**40]) == {first.pk: last.pk, last.pk: last.pk}
