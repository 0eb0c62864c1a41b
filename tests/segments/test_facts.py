"""Facts: everything a rule may ask of given subscribers, in few queries."""

import datetime as dt

from pytest_django import DjangoAssertNumQueries

from segments.facts import load_facts
from segments.models import Membership
from segments.rules.facts import DeviceFacts, EventFacts, ForgottenEvents
from subscribers.models import Site
from tests.factories import NOW, make_event, make_push_subscription, make_segment, make_subscriber
from tracking.models import LogStart


def test_facts_hold_profile_attributes_and_place(site: Site) -> None:
    person = make_subscriber(
        site, city="Berlin", attributes={"tier": "gold"}, latitude=52.5, longitude=13.4, last_seen_at=NOW
    )

    facts = load_facts([person.pk])[person.pk]

    assert facts.attributes == {"tier": "gold"}
    assert (facts.profile["city"], facts.profile["region"], facts.profile["last_seen_at"]) == (
        "Berlin",
        "",
        NOW,
    )
    assert (facts.latitude, facts.longitude) == (52.5, 13.4)


def test_facts_hold_events_devices_and_segments_of_each_person_alone(site: Site) -> None:
    one, other = make_subscriber(site), make_subscriber(site)
    began = NOW - dt.timedelta(days=1)
    make_event(one, "purchase", NOW, price=5)
    make_push_subscription(one, kind="mobile", os="iOS", browser="Safari", created_at=began)
    segment = make_segment(site)
    Membership.objects.create(segment=segment, subscriber=other, entered_at=NOW)

    facts = load_facts([one.pk, other.pk])

    assert facts[one.pk].events == (EventFacts("purchase", NOW, {"price": 5}),)
    assert facts[one.pk].devices == (DeviceFacts("mobile", "iOS", "Safari", began, None),)
    assert facts[one.pk].segments == frozenset()
    assert (facts[other.pk].events, facts[other.pk].devices) == ((), ())
    assert facts[other.pk].segments == {segment.pk}


def test_the_queries_do_not_grow_with_the_people(
    site: Site, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    people = [make_subscriber(site) for _ in range(5)]
    for person in people:
        make_event(person, "purchase")

    with django_assert_num_queries(5):
        load_facts([person.pk for person in people])
    LogStart.objects.create(begins_at=NOW)
    with django_assert_num_queries(6):
        load_facts([person.pk for person in people])


def test_of_events_before_the_log_begins_facts_hold_what_the_summary_remembers(site: Site) -> None:
    person, today = make_subscriber(site), NOW - dt.timedelta(hours=1)
    long_ago, later = NOW - dt.timedelta(days=400), NOW - dt.timedelta(days=300)
    for name, at in [("both", long_ago), ("both", later), ("both", today), ("old", long_ago), ("old", later)]:
        make_event(person, name, at)
    make_event(person, "new", today)
    LogStart.objects.create(begins_at=NOW - dt.timedelta(days=30))

    facts = load_facts([person.pk])[person.pk]

    assert {event.name for event in facts.events} == {"both", "new"}
    assert facts.forgotten == {
        "both": ForgottenEvents(2, first_at=long_ago, last_at=long_ago),
        "old": ForgottenEvents(2, first_at=long_ago, last_at=later),
    }


def test_somebody_who_does_not_exist_has_no_facts(db: None) -> None:
    assert load_facts([2**40]) == {}
