"""The catalogue: what the rule builder offers a marketer, out of the site's own data."""

import pytest

from segments.catalogue import MOST_VALUES, read_catalogue
from segments.rules.operators import KEYS, Family
from subscribers.models import Site
from tests.factories import (
    make_attribute,
    make_event,
    make_place,
    make_push_subscription,
    make_segment,
    make_site,
    make_subscriber,
)
from tracking.models import EventType, MessageCampaign


def test_attributes_come_with_type_label_and_values_seen(site: Site) -> None:
    make_attribute(site, "loyalty_tier")
    make_attribute(site, "tags", "list")
    for tier in ("gold", "silver", "gold"):
        make_subscriber(site, attributes={"loyalty_tier": tier, "tags": ["b", "a", 1]})

    assert read_catalogue(site)["attributes"] == [
        {"key": "loyalty_tier", "type": "text", "label": "loyalty tier", "values": ["gold", "silver"]},
        {"key": "tags", "type": "list", "label": "tags", "values": ["a", "b"]},
    ]


def test_no_more_values_are_offered_than_a_list_can_show(site: Site) -> None:
    make_attribute(site, "code")
    for number in range(MOST_VALUES + 5):
        make_subscriber(site, attributes={"code": f"c{number}"})

    assert len(read_catalogue(site)["attributes"][0]["values"]) == MOST_VALUES


def test_countries_are_offered_by_name(site: Site) -> None:
    make_subscriber(site, country="DE")

    fields = {field["key"]: field for field in read_catalogue(site)["profile"]}

    assert fields["country"]["values"] == [{"value": "DE", "label": "Germany"}]
    assert (fields["created_at"]["type"], fields["city"]["type"]) == ("time", "text")


def test_events_come_with_their_properties_and_values_seen(site: Site) -> None:
    make_event(make_subscriber(site), "add_to_cart", category="shoes", price=5)
    EventType.objects.update(properties={"price": "number", "category": "text"})

    assert read_catalogue(site)["events"] == [
        {
            "key": "add_to_cart",
            "label": "add to cart",
            "properties": [
                {"key": "category", "type": "text", "values": ["shoes"]},
                {"key": "price", "type": "number", "values": []},
            ],
        }
    ]


def test_of_the_reserved_events_only_visits_are_offered(site: Site) -> None:
    person = make_subscriber(site)
    for name in ("$session_start", "$push_sent", "$page_view"):
        make_event(person, name)

    assert [event["key"] for event in read_catalogue(site)["events"]] == ["$session_start"]


def test_pages_are_the_addresses_seen(site: Site) -> None:
    person = make_subscriber(site)
    make_event(person, "$page_view", url="https://shop.example/b")
    make_event(person, "$page_view", url="https://shop.example/a")
    make_event(person, "$page_view", url=7)

    assert read_catalogue(site)["pages"] == ["https://shop.example/a", "https://shop.example/b"]


def test_devices_places_segments_and_campaigns_are_offered(site: Site) -> None:
    person = make_subscriber(site)
    make_push_subscription(person, os="Android")
    make_place(site, name="Berlin store", latitude=52.5, longitude=13.4)
    segment = make_segment(site, name="Big spenders")
    MessageCampaign.objects.create(site=site, campaign=3, name="Spring sale")

    catalogue = read_catalogue(site)

    assert {field["key"]: field["values"] for field in catalogue["device"]}["os"] == ["Android"]
    assert catalogue["places"] == [{"name": "Berlin store", "lat": 52.5, "lon": 13.4}]
    assert catalogue["segments"] == [{"id": segment.pk, "name": "Big spenders"}]
    assert catalogue["campaigns"] == [{"id": 3, "name": "Spring sale"}]


@pytest.mark.django_db
def test_every_operator_is_offered_for_some_family(site: Site) -> None:
    operators = read_catalogue(site)["operators"]

    assert operators.keys() == {family.value for family in Family}
    assert {row["key"] for rows in operators.values() for row in rows} == set(KEYS)


def test_nothing_of_another_site_is_offered(site: Site) -> None:
    other = make_site()
    make_attribute(other, "elsewhere")
    make_place(other)
    make_segment(other)
    make_event(make_subscriber(other, city="Elsewhere"), "elsewhere")
    make_push_subscription(make_subscriber(other), os="Elsewhere")
    MessageCampaign.objects.create(site=other, campaign=4, name="Elsewhere")

    catalogue = read_catalogue(site)

    for part in ("attributes", "events", "pages", "places", "segments", "campaigns"):
        assert catalogue[part] == []
    fields = {field["key"]: field["values"] for field in [*catalogue["profile"], *catalogue["device"]]}
    assert not any(fields.values())
