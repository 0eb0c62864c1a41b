"""Live membership follows data and time: whoever is concerned is asked again, and nobody else."""

import datetime as dt

import pytest
from pytest_django import DjangoAssertNumQueries

from segments.following import Followed, follow_site
from segments.models import Membership
from segments.tasks import follow_segments
from subscribers.changes import note_for_everyone
from subscribers.models import Site, SubscriberChange
from subscribers.subscriptions import EndReason, end_all_subscriptions
from tests.factories import (
    EVERYONE,
    NOW,
    change_subscriber,
    make_event,
    make_push_subscription,
    make_site,
    make_subscriber,
)
from tests.segments.live import (
    BUYERS,
    CART_TODAY,
    GERMANS,
    GOLD,
    JSON,
    LATER,
    SECOND,
    SUBSCRIBED,
    changes,
    make_built,
    members,
    negate,
    rule_of,
)
from tests.tracking.requests import event, track


def test_an_event_makes_a_member(site: Site) -> None:
    segment = make_built(site, CART_TODAY)
    track(site, event("add_to_cart"), at=LATER)

    follow_site(site, now=LATER)

    (person,) = members(segment)
    assert changes(segment) == [(person, "entered", "event", LATER)]
    assert Membership.objects.get().entered_at == LATER
    assert not SubscriberChange.objects.exists()


def test_an_event_ends_a_membership_of_who_did_not(site: Site) -> None:
    person = make_subscriber(site)
    segment = make_built(site, negate(BUYERS))
    make_event(person, "purchase")

    follow_site(site, now=LATER)

    assert members(segment) == set()
    assert changes(segment)[-1] == (person.pk, "left", "event", LATER)


@pytest.mark.parametrize(
    ("rule", "before", "after"),
    [
        (GOLD, {"attributes": {}}, {"attributes": {"tier": "gold"}}),
        (GERMANS, {"country": "FR"}, {"country": "DE"}),
        (
            rule_of({"type": "location", "near": {"lat": 52.5, "lon": 13.4}, "radius": {"km": 10}}),
            {},
            {"latitude": 52.5, "longitude": 13.4},
        ),
        (
            rule_of({"type": "profile", "field": "external_id", "operator": "exists"}),
            {},
            {"external_id": "u-1"},
        ),
    ],
    ids=["attribute", "profile", "location", "identified"],
)
def test_what_is_known_of_somebody_makes_and_ends_a_membership(
    site: Site, rule: JSON, before: JSON, after: JSON
) -> None:
    person = make_subscriber(site, **before)
    segment = make_built(site, rule)

    change_subscriber(person, at=LATER, **after)
    follow_site(site, now=LATER)
    assert members(segment) == {person.pk}

    undone = {field: None if field in {"latitude", "longitude"} else "" for field in after}
    change_subscriber(person, at=LATER, **{**undone, **before})
    follow_site(site, now=LATER + SECOND)
    assert members(segment) == set()
    assert [(kind, cause) for _, kind, cause, _ in changes(segment)] == [
        ("entered", "profile"),
        ("left", "profile"),
    ]


def test_a_device_makes_and_ends_a_membership(site: Site) -> None:
    person = make_subscriber(site)
    segment = make_built(site, SUBSCRIBED)

    make_push_subscription(person)
    follow_site(site, now=LATER)
    assert members(segment) == {person.pk}

    end_all_subscriptions(person, reason=EndReason.UNSUBSCRIBED, now=LATER)
    follow_site(site, now=LATER + SECOND)
    assert members(segment) == set()


def test_nobody_else_is_asked(site: Site) -> None:
    make_subscriber(site)
    person = make_subscriber(site)
    buyers, germans = make_built(site, BUYERS), make_built(site, GERMANS)
    follow_site(site, now=NOW)
    make_event(person, "purchase")

    followed = follow_site(site, now=LATER)

    assert followed == Followed(changes=1, asked=1, moved=1)
    assert (members(buyers), members(germans)) == ({person.pk}, set())


def test_what_no_rule_asks_for_is_put_away_without_asking_anybody(site: Site) -> None:
    make_built(site, BUYERS)
    person = make_subscriber(site)
    follow_site(site, now=NOW)
    make_event(person, "wave")

    assert follow_site(site, now=LATER) == Followed(changes=1)
    assert not SubscriberChange.objects.exists()


def test_a_late_event_counts_for_when_it_happened(site: Site) -> None:
    segment = make_built(site, CART_TODAY)
    recent, old = make_subscriber(site), make_subscriber(site)
    make_event(recent, "add_to_cart", NOW - dt.timedelta(hours=20))
    make_event(old, "add_to_cart", NOW - dt.timedelta(hours=30))

    follow_site(site, now=NOW)

    assert members(segment) == {recent.pk}


def test_several_reasons_at_once_are_logged_as_the_nearest(site: Site) -> None:
    """What somebody did says more than what is known of them."""
    either = rule_of({"type": "group", "match": "any", "conditions": [GERMANS["root"], BUYERS["root"]]})
    segment = make_built(site, either)
    person = make_subscriber(site)
    make_event(person, "purchase")

    follow_site(site, now=LATER)

    assert [(who, cause) for who, _, cause, _ in changes(segment)] == [(person.pk, "event")]


def test_more_changes_than_one_round_takes_are_followed_in_several(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("segments.following.MOST_CHANGES", 2)
    segment = make_built(site, EVERYONE)
    people = {make_subscriber(site).pk for _ in range(5)}

    assert follow_site(site, now=LATER) == Followed(changes=5, asked=5, moved=5)
    assert members(segment) == people


def test_a_site_never_follows_the_changes_of_another(site: Site) -> None:
    make_subscriber(make_site())
    segment = make_built(site, EVERYONE)

    follow_site(site, now=LATER)

    assert members(segment) == set()
    assert SubscriberChange.objects.count() == 1


def test_the_task_follows_every_site(site: Site) -> None:
    segments = [make_built(each, EVERYONE) for each in (site, make_site())]
    for segment in segments:
        make_subscriber(segment.site)

    follow_segments()

    assert [len(members(segment)) for segment in segments] == [1, 1]


def test_as_many_statements_follow_many_people_as_few(
    site: Site, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for rule in (BUYERS, GERMANS, GOLD):
        make_built(site, rule)
    for _ in range(50):
        make_event(make_subscriber(site), "purchase")

    with django_assert_max_num_queries(40):
        follow_site(site, now=LATER)


def test_what_concerns_everybody_is_left_to_a_build(site: Site) -> None:
    segment = make_built(site, GOLD)
    other = make_built(site, GERMANS)
    note_for_everyone(site.pk, ["attribute:tier"], now=LATER)

    follow_site(site, now=LATER)

    segment.refresh_from_db()
    other.refresh_from_db()
    assert (segment.status, other.status) == ("building", "ready")
