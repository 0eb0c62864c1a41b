"""The catalogue: what the rule builder offers a marketer, out of the site's own data."""

import datetime as dt

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from segments import catalogue as module
from segments.catalogue import MOST_VALUES, NEWEST_EVENTS, RECENT, read_catalogue
from segments.rules.operators import KEYS, Family
from subscribers.models import Site
from tests.factories import (
    NOW,
    make_attribute,
    make_event,
    make_place,
    make_push_subscription,
    make_segment,
    make_site,
    make_subscriber,
)
from tracking.log import append_events
from tracking.models import Event, EventType, MessageCampaign
from tracking.partitions import prepare_partitions


def test_attributes_come_with_type_label_and_values_seen(site: Site) -> None:
    make_attribute(site, "loyalty_tier")
    make_attribute(site, "tags", "list")
    for tier in ("gold", "silver", "gold"):
        make_subscriber(site, attributes={"loyalty_tier": tier, "tags": ["b", "a", 1]})

    assert read_catalogue(site, now=NOW)["attributes"] == [
        {
            "key": "loyalty_tier",
            "type": "text",
            "element_type": "text",
            "label": "loyalty tier",
            "values": ["gold", "silver"],
        },
        {"key": "tags", "type": "list", "element_type": "text", "label": "tags", "values": ["a", "b"]},
    ]


def test_no_more_values_are_offered_than_a_list_can_show(site: Site) -> None:
    make_attribute(site, "code")
    for number in range(MOST_VALUES + 5):
        make_subscriber(site, attributes={"code": f"c{number}"})

    assert len(read_catalogue(site, now=NOW)["attributes"][0]["values"]) == MOST_VALUES


def test_countries_are_offered_by_name(site: Site) -> None:
    make_subscriber(site, country="DE")

    fields = {field["key"]: field for field in read_catalogue(site, now=NOW)["profile"]}

    assert fields["country"]["values"] == [{"value": "DE", "label": "Germany"}]
    assert (fields["created_at"]["type"], fields["city"]["type"]) == ("time", "text")


def test_events_come_with_their_properties_and_values_seen(site: Site) -> None:
    make_event(make_subscriber(site), "add_to_cart", category="shoes", price=5)
    EventType.objects.update(properties={"price": "number", "category": "text"})

    assert read_catalogue(site, now=NOW)["events"][0] == {
        "key": "add_to_cart",
        "label": "add to cart",
        "reserved": False,
        "properties": [
            {"key": "category", "type": "text", "values": ["shoes"]},
            {"key": "price", "type": "number", "values": []},
        ],
    }


def test_a_busy_event_does_not_crowd_out_the_values_of_a_rare_one(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SAMPLE", 2)
    person = make_subscriber(site)
    for _ in range(3):
        make_event(person, "busy", NOW)
    make_event(person, "rare", NOW - dt.timedelta(hours=1), colour="red")
    EventType.objects.filter(name="rare").update(properties={"colour": "text"})

    rare = read_catalogue(site, now=NOW)["events"][1]

    assert rare["properties"] == [{"key": "colour", "type": "text", "values": ["red"]}]


def test_old_weeks_of_the_log_are_not_opened(site: Site) -> None:
    person = make_subscriber(site)
    make_event(person, "$page_view", NOW - RECENT, url="https://shop.example/old")

    assert read_catalogue(site, now=NOW)["pages"] == []


def test_the_newest_events_are_read_in_the_order_of_their_index(site: Site) -> None:
    """Sorting them would read the whole log each time that somebody opens the builder."""
    person, types = make_subscriber(site), [EventType.objects.create(site=site, name=name) for name in "abc"]
    append_events(
        [
            Event(
                subscriber=person,
                event_type=types[number % 3],
                occurred_at=NOW - dt.timedelta(minutes=10 * number),
                received_at=NOW,
            )
            for number in range(4000)
        ]
    )
    prepare_partitions(now=NOW)

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE tracking_event")
        ids = [row.pk for row in types]
        cursor.execute(f"EXPLAIN {NEWEST_EVENTS}", {"types": ids, "since": NOW - RECENT, "most": 20})
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "Index Scan Backward" in plan
    assert "Sort  (" not in plan, plan


def test_the_catalogue_takes_the_same_few_queries_however_many_events_there_are(
    site: Site, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    person = make_subscriber(site)
    for number in range(5):
        make_event(person, f"event {number}")

    with django_assert_num_queries(11):
        read_catalogue(site, now=NOW)


def test_what_carillon_records_is_offered_in_words_after_the_sites_own_seen_or_not(site: Site) -> None:
    make_event(make_subscriber(site), "zoom_in")
    make_event(make_subscriber(site), "$internal")

    events = read_catalogue(site, now=NOW)["events"]

    assert [(event["label"], event["reserved"]) for event in events] == [
        ("zoom in", False),
        ("Viewed a page", True),
        ("Visited the site", True),
        ("Subscribed to notifications", True),
        ("Unsubscribed from notifications", True),
        ("Were sent a notification", True),
        ("Were shown a notification", True),
        ("Clicked a notification", True),
        ("Dismissed a notification", True),
        ("Converted after a notification", True),
    ]


def test_what_carillon_records_comes_with_its_properties(site: Site) -> None:
    make_event(make_subscriber(site), "$page_view", url="https://shop.example/sale", title="Sale")
    EventType.objects.update(properties={"url": "text", "title": "text"})

    (page_view,) = (
        event for event in read_catalogue(site, now=NOW)["events"] if event["key"] == "$page_view"
    )

    assert page_view["properties"] == [
        {"key": "title", "type": "text", "values": ["Sale"]},
        {"key": "url", "type": "text", "values": ["https://shop.example/sale"]},
    ]


def test_pages_are_the_addresses_seen(site: Site) -> None:
    person = make_subscriber(site)
    make_event(person, "$page_view", url="https://shop.example/b")
    make_event(person, "$page_view", url="https://shop.example/a")
    make_event(person, "$page_view", url=7)
    make_event(person, "$page_view", url=["https://shop.example/c"])

    assert read_catalogue(site, now=NOW)["pages"] == ["https://shop.example/a", "https://shop.example/b"]


def test_devices_places_segments_and_campaigns_are_offered(site: Site) -> None:
    person = make_subscriber(site)
    make_push_subscription(person, os="Android")
    make_place(site, name="Berlin store", latitude=52.5, longitude=13.4)
    segment = make_segment(site, name="Big spenders")
    MessageCampaign.objects.create(site=site, campaign=3, name="Spring sale")

    catalogue = read_catalogue(site, now=NOW)

    assert {field["key"]: field["values"] for field in catalogue["device"]}["os"] == ["Android"]
    assert catalogue["places"] == [{"name": "Berlin store", "lat": 52.5, "lon": 13.4}]
    assert catalogue["segments"] == [{"id": segment.pk, "name": "Big spenders"}]
    assert catalogue["campaigns"] == [{"id": 3, "name": "Spring sale"}]


@pytest.mark.django_db
def test_every_operator_is_offered_for_some_family(site: Site) -> None:
    operators = read_catalogue(site, now=NOW)["operators"]

    assert operators.keys() == {family.value for family in Family}
    assert {row["key"] for rows in operators.values() for row in rows} == set(KEYS)


def test_devices_are_those_of_subscribers_seen_lately(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SAMPLE", 1)
    make_push_subscription(make_subscriber(site, last_seen_at=NOW), os="Android")
    make_push_subscription(make_subscriber(site, last_seen_at=NOW - dt.timedelta(days=1)), os="Symbian")

    fields = {field["key"]: field["values"] for field in read_catalogue(site, now=NOW)["device"]}

    assert fields["os"] == ["Android"]


def test_nothing_of_another_site_is_offered(site: Site) -> None:
    other = make_site()
    make_attribute(other, "elsewhere")
    make_place(other)
    make_segment(other)
    make_event(make_subscriber(other, city="Elsewhere"), "elsewhere")
    make_push_subscription(make_subscriber(other), os="Elsewhere")
    MessageCampaign.objects.create(site=other, campaign=4, name="Elsewhere")

    catalogue = read_catalogue(site, now=NOW)

    for part in ("attributes", "pages", "places", "segments", "campaigns"):
        assert catalogue[part] == []
    assert all(event["reserved"] for event in catalogue["events"])
    fields = {field["key"]: field["values"] for field in [*catalogue["profile"], *catalogue["device"]]}
    assert not any(fields.values())
