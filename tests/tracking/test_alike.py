"""One event that happens to many at once is recorded as if each had been recorded alone."""

import datetime as dt
from uuid import UUID, uuid4

import pytest
from pytest_django import DjangoAssertNumQueries

from subscribers.models import Site, Subscriber, SubscriberChange
from tests import factories
from tracking.alike import record_alike
from tracking.log import NewEvent, record_events
from tracking.models import Event, EventSummary, EventType, MessageCampaign

PROPERTIES = {"campaign": 7, "campaign_name": "Autumn"}


@pytest.fixture
def people(site: Site) -> list[Subscriber]:
    return [factories.make_subscriber(site) for _ in range(3)]


def name_ids(people: list[Subscriber]) -> list[tuple[int, UUID]]:
    return [(person.pk, uuid4()) for person in people]


def read_log(site: Site) -> list[tuple[object, ...]]:
    columns = ("event_type__name", "occurred_at", "received_at", "properties", "value", "item__value")
    return sorted(Event.objects.filter(subscriber__site=site).values_list(*columns))


def read_summaries(site: Site) -> list[tuple[object, ...]]:
    rows = EventSummary.objects.filter(subscriber__site=site)
    return sorted(rows.values_list("event_type__name", "count", "first_at", "last_at"))


def test_it_writes_what_recording_each_alone_would(site: Site, now: dt.datetime) -> None:
    other = factories.make_site()
    mine = [factories.make_subscriber(site) for _ in range(3)]
    theirs = [factories.make_subscriber(other) for _ in range(3)]
    record_alike(site, "$push_sent", name_ids(mine), properties=PROPERTIES, at=now)
    events = [NewEvent(uuid4(), person.pk, "$push_sent", now, dict(PROPERTIES)) for person in theirs]
    record_events(other, events, received_at=now)
    assert read_log(site) == read_log(other)
    assert read_summaries(site) == read_summaries(other)
    types = [EventType.objects.get(site=each).properties for each in (site, other)]
    assert types[0] == types[1]
    names = [MessageCampaign.objects.get(site=each).name for each in (site, other)]
    assert names == ["Autumn", "Autumn"]


def test_segments_are_told_whom_it_happened_to(
    site: Site, people: list[Subscriber], now: dt.datetime
) -> None:
    record_alike(site, "$push_sent", name_ids(people), properties=PROPERTIES, at=now)
    change = SubscriberChange.objects.get(topic="event:$push_sent")
    assert change.subscriber_ids == [person.pk for person in people]
    assert (change.changed_at, change.earliest_at) == (now, now)


def test_the_same_ids_again_change_nothing(site: Site, people: list[Subscriber], now: dt.datetime) -> None:
    ids = name_ids(people)
    record_alike(site, "$push_sent", ids[:2], properties=PROPERTIES, at=now)
    record_alike(site, "$push_sent", ids, properties=PROPERTIES, at=now + dt.timedelta(minutes=5))
    assert Event.objects.count() == 3
    assert list(EventSummary.objects.values_list("count", flat=True)) == [1, 1, 1]


def test_what_happens_to_a_shell_is_the_survivors(
    site: Site, people: list[Subscriber], now: dt.datetime
) -> None:
    shell, survivor, other = people
    Subscriber.objects.filter(pk=shell.pk).update(merged_into=survivor)
    record_alike(site, "$push_sent", name_ids([shell, other]), properties=PROPERTIES, at=now)
    assert set(Event.objects.values_list("subscriber_id", flat=True)) == {survivor.pk, other.pk}


def test_what_happens_to_somebody_deleted_is_left_out(
    site: Site, people: list[Subscriber], now: dt.datetime
) -> None:
    ids = name_ids(people)
    people[0].delete()
    record_alike(site, "$push_sent", ids, properties=PROPERTIES, at=now)
    assert Event.objects.count() == 2


def test_it_takes_few_statements_however_many_people(
    site: Site, now: dt.datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    people = [factories.make_subscriber(site) for _ in range(50)]
    record_alike(site, "$push_sent", name_ids(people[:1]), properties=PROPERTIES, at=now)
    with django_assert_max_num_queries(10):
        record_alike(site, "$push_sent", name_ids(people[1:]), properties=PROPERTIES, at=now)
    assert Event.objects.count() == 50


def test_for_nobody_nothing_is_done(site: Site, now: dt.datetime) -> None:
    record_alike(site, "$push_sent", [], properties=PROPERTIES, at=now)
    assert not EventType.objects.exists()
