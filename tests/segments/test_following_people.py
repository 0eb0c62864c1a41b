"""People who come, who turn out to be somebody else, and who are deleted."""

from django.test import Client

from segments.following import follow_site
from segments.lists import add_members
from segments.models import MembershipChange, SegmentDay
from segments.verification import verify_segment
from subscribers.changes import PERSON, note_changes
from subscribers.identities import delete_subscribers
from subscribers.models import Identity, Site, Subscriber
from tests.factories import (
    EVERYONE,
    NOW,
    make_list,
    make_push_subscription,
    make_subscriber,
    make_user,
)
from tests.segments.live import (
    BUYERS,
    GERMANS,
    GOLD,
    LATER,
    SUBSCRIBED,
    changes,
    is_in,
    make_built,
    members,
    negate,
)
from tests.tracking.requests import BROWSER, OTHER_BROWSER, attributes, event, identify, subscribe, track


def find(site: Site, browser: str = BROWSER) -> Subscriber:
    return Identity.objects.get(site=site, value=browser).subscriber


def make_customer(site: Site, external_id: str) -> Subscriber:
    person = make_subscriber(site, external_id=external_id)
    Identity.objects.create(site=site, kind="external", value=external_id, subscriber=person)
    return person


def note_person(site: Site, *people: Subscriber) -> None:
    note_changes(site.pk, {PERSON: [person.pk for person in people]}, now=NOW)


def test_somebody_new_enters_what_holds_of_everybody_and_of_those_who_did_nothing(site: Site) -> None:
    everyone, never_bought = make_built(site, EVERYONE), make_built(site, negate(BUYERS))
    track(site, event("add_to_cart"))

    follow_site(site, now=LATER)

    person = find(site)
    assert members(everyone) == members(never_bought) == {person.pk}


def test_a_merge_moves_what_both_did_and_are_to_the_survivor(site: Site) -> None:
    buyers, gold = make_built(site, BUYERS), make_built(site, GOLD)
    everyone, never = make_built(site, EVERYONE), make_built(site, negate(BUYERS))
    customer = make_customer(site, "u-1")
    track(site, event("purchase"), attributes(tier="gold"))
    follow_site(site, now=NOW)
    visitor = find(site)
    assert (members(buyers), members(never)) == ({visitor.pk}, {customer.pk})

    track(site, identify("u-1"), at=LATER)
    follow_site(site, now=LATER)

    assert members(buyers) == members(gold) == members(everyone) == {customer.pk}
    assert members(never) == set()
    assert changes(buyers)[-2:] == [
        (customer.pk, "entered", "profile", LATER),
        (visitor.pk, "left", "profile", LATER),
    ]


def test_a_chain_of_merges_on_a_list_leads_to_its_end(site: Site) -> None:
    """Two merges are noted before anybody looks: the first survivor is already gone by then."""
    first, middle, last = (make_subscriber(site) for _ in range(3))
    listed = make_list(site)
    add_members(listed, [first.pk], now=NOW)
    outer = make_built(site, is_in(listed))
    follow_site(site, now=NOW)
    Subscriber.objects.filter(pk=first.pk).update(merged_into=middle)
    Subscriber.objects.filter(pk=middle.pk).update(merged_into=last)
    note_person(site, first, middle, last)

    follow_site(site, now=LATER)

    assert members(listed) == members(outer) == {last.pk}


def test_two_of_a_list_who_are_one_person_are_on_it_once(site: Site) -> None:
    shell, survivor = make_subscriber(site), make_subscriber(site)
    listed = make_list(site)
    add_members(listed, [shell.pk, survivor.pk], now=NOW)
    Subscriber.objects.filter(pk=shell.pk).update(merged_into=survivor)
    note_person(site, shell, survivor)

    follow_site(site, now=LATER)

    assert members(listed) == {survivor.pk}
    assert changes(listed)[-1][:3] == (shell.pk, "left", "profile")


def test_a_list_of_somebody_merged_and_then_deleted_is_empty(site: Site) -> None:
    shell, survivor = make_subscriber(site), make_subscriber(site)
    listed = make_list(site)
    add_members(listed, [shell.pk], now=NOW)
    Subscriber.objects.filter(pk=shell.pk).update(merged_into=survivor)
    note_person(site, shell, survivor)
    delete_subscribers([survivor], now=LATER)

    follow_site(site, now=LATER)

    assert members(listed) == set()


def test_who_is_deleted_leaves_with_a_logged_change_and_true_figures(site: Site) -> None:
    person, stays = make_subscriber(site, country="DE"), make_subscriber(site, country="DE")
    make_push_subscription(person)
    everyone, germans = make_built(site, EVERYONE), make_built(site, GERMANS)
    reachable, inner = make_built(site, SUBSCRIBED), make_list(site)
    add_members(inner, [person.pk], now=NOW)
    gone = person.pk

    delete_subscribers([person], now=LATER)
    follow_site(site, now=LATER)

    assert members(everyone) == members(germans) == {stays.pk}
    assert members(reachable) == members(inner) == set()
    for segment in (everyone, germans, reachable, inner):
        assert changes(segment)[-1] == (gone, "left", "profile", LATER)
        assert SegmentDay.objects.get(segment=segment).left == 1


def test_who_is_erased_in_the_admin_is_in_no_log_and_still_counted_as_gone(
    site: Site, client: Client
) -> None:
    client.force_login(make_user(is_superuser=True))
    person = make_subscriber(site)
    segment = make_built(site, EVERYONE)

    client.post(f"/admin/subscribers/subscriber/{person.pk}/delete/", {"post": "yes"})
    assert not Subscriber.objects.exists()
    follow_site(site, now=LATER)

    assert members(segment) == set()
    assert changes(segment) == []
    assert sum(day.left for day in segment.days.all()) == 1


def test_a_browser_that_changes_hands_takes_its_device_along(site: Site) -> None:
    reachable = make_built(site, SUBSCRIBED)
    track(site, identify("u-1"), subscribe())
    follow_site(site, now=NOW)
    giver = find(site)
    assert members(reachable) == {giver.pk}

    track(site, identify("u-2"), at=LATER)
    follow_site(site, now=LATER)

    taker = find(site)
    assert taker != giver
    assert members(reachable) == {taker.pk}


def test_after_many_identities_became_few_every_segment_is_as_the_verifier_says(site: Site) -> None:
    segments = [make_built(site, rule) for rule in (BUYERS, GOLD, EVERYONE, negate(BUYERS), SUBSCRIBED)]
    for number, browser in enumerate((BROWSER, OTHER_BROWSER)):
        track(site, event("purchase"), attributes(tier="gold" if number else "silver"), browser=browser)
        follow_site(site, now=NOW)
    track(site, identify("u-1"), at=LATER)
    track(site, identify("u-1"), subscribe(), browser=OTHER_BROWSER, at=LATER)
    follow_site(site, now=LATER)

    for segment in segments:
        segment.refresh_from_db()
        assert segment.refreshed_at is not None
        assert verify_segment(segment, as_of=segment.refreshed_at).agrees
        assert len(members(segment)) <= 1
    assert MembershipChange.objects.filter(kind="left").exists()
