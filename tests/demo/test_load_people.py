"""What the loaded people and their events say agrees with each other."""

import datetime as dt

import pytest
from django.db.models import Count, Max, Min
from django.test import Client

from demo.cities import STORES
from subscribers.attribute_values import coerce_value
from subscribers.models import Attribute, Identity, Place, PushSubscription, Site, Subscriber
from tests.demo.conftest import NOW, PEOPLE
from tracking.models import Event, EventSummary
from tracking.origins import list_origins

# The shop is there for all of them; this has pytest make a database for it, even for one of these files alone.
pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_the_site_lets_the_shop_s_own_pages_report_to_it(demo_shop: Site) -> None:
    assert list_origins(demo_shop) == {"http://localhost:8000", "http://127.0.0.1:8000"}
    assert demo_shop.timezone == "Europe/Berlin"


def test_the_stores_are_places(demo_shop: Site) -> None:
    assert set(Place.objects.filter(site=demo_shop).values_list("name", flat=True)) == set(STORES)


def test_as_many_people_as_asked_for_live_all_over_the_world(demo_shop: Site) -> None:
    people = Subscriber.objects.filter(site=demo_shop)
    assert people.count() == PEOPLE
    zones = set(people.values_list("timezone", flat=True))
    assert len(zones) > 25
    assert "" in zones


def test_about_two_in_three_people_can_be_reached(demo_shop: Site) -> None:
    people = Subscriber.objects.filter(site=demo_shop)
    assert 0.6 < people.reachable().count() / PEOPLE < 0.8
    assert people.filter(push_subscriptions=None).exists()
    ended = PushSubscription.objects.filter(subscriber__site=demo_shop).exclude(ended_at=None)
    assert ended.filter(end_reason="unsubscribed").exists()
    assert not ended.filter(ended_at__gt=NOW).exists()


def test_devices_are_at_the_loopback_push_service(demo_shop: Site) -> None:
    devices = PushSubscription.objects.filter(subscriber__site=demo_shop)
    assert not devices.exclude(endpoint__startswith="http://127.0.0.1:8001/push/demo-").exists()


def test_browsers_and_customers_find_the_same_person_again(demo_shop: Site) -> None:
    for person in Subscriber.objects.filter(site=demo_shop)[:50]:
        names = {identity.value for identity in Identity.objects.filter(subscriber=person)}
        assert names == {str(person.uuid), person.external_id} - {""}


def test_attributes_have_the_type_that_they_are_defined_with(demo_shop: Site) -> None:
    types = dict(Attribute.objects.filter(site=demo_shop).values_list("key", "type"))
    for person in Subscriber.objects.filter(site=demo_shop):
        for key, value in person.attributes.items():
            assert coerce_value(value, types[key]) == value


def test_lifetime_value_covers_every_purchase_in_the_log(demo_shop: Site) -> None:
    buyers = Subscriber.objects.filter(site=demo_shop, events__event_type__name="purchase").distinct()
    assert buyers
    for buyer in buyers:
        orders = Event.objects.filter(subscriber=buyer, event_type__name="purchase")
        spent = sum(order.properties["value"] for order in orders)
        assert buyer.attributes["lifetime_value"] >= round(spent, 2)


def test_last_category_is_that_of_the_product_seen_last(demo_shop: Site) -> None:
    views = Event.objects.filter(subscriber__site=demo_shop, event_type__name="product_viewed")
    seen = {view.subscriber_id: view.properties["category"] for view in views.order_by("occurred_at")}
    assert seen
    for person in Subscriber.objects.filter(pk__in=seen):
        assert person.attributes["last_category"] == seen[person.pk]


def test_events_lie_in_the_last_sixty_days_and_within_each_person_s_stay(demo_shop: Site) -> None:
    events = Event.objects.filter(subscriber__site=demo_shop)
    times = events.aggregate(first=Min("occurred_at"), last=Max("occurred_at"))
    assert times["first"] > NOW - dt.timedelta(days=60)
    assert times["last"] <= NOW
    people = Subscriber.objects.filter(site=demo_shop)
    visits = people.filter(events__event_type__name="$session_start")
    for person in visits.annotate(first=Min("events__occurred_at")):
        assert person.created_at <= person.first  # type: ignore[attr-defined]


def test_summaries_count_what_is_in_the_log(demo_shop: Site) -> None:
    logged = Event.objects.filter(subscriber__site=demo_shop).values_list("subscriber_id", "event_type_id")
    counted = logged.annotate(Count("id"), Min("occurred_at"), Max("occurred_at"))
    summaries = EventSummary.objects.filter(subscriber__site=demo_shop)
    kept = summaries.values_list("subscriber_id", "event_type_id", "count", "first_at", "last_at")
    assert set(counted) == set(kept)


def test_every_page_that_was_viewed_exists(demo_shop: Site, client: Client) -> None:
    views = Event.objects.filter(subscriber__site=demo_shop, event_type__name="$page_view")
    pages = set(views.values_list("properties__path", flat=True))
    assert len(pages) > 12
    assert {client.get(page).status_code for page in pages} == {200}


def test_a_few_people_come_often_and_most_come_seldom(demo_shop: Site) -> None:
    visits = EventSummary.objects.filter(subscriber__site=demo_shop, event_type__name="$session_start")
    counts = sorted(visits.values_list("count", flat=True), reverse=True)
    busiest = counts[: len(counts) // 10]
    assert sum(busiest) > 0.3 * sum(counts)
