"""Distinct values of hot properties are stored once."""

import uuid
from typing import Any

import pytest

from subscribers.models import Site
from tests import factories
from tests.factories import NOW
from tracking.interning import digest_value
from tracking.log import NewEvent, record_events
from tracking.models import Event, PropertyValue

pytestmark = pytest.mark.django_db


def _record(site: Site, name: str, **properties: Any) -> Event:
    person = factories.make_subscriber(site)
    event = NewEvent(
        id=uuid.uuid4(), subscriber_id=person.pk, name=name, occurred_at=NOW, properties=properties
    )
    record_events(site, [event], received_at=NOW)
    return Event.objects.select_related("item", "category").get(id=event.id)


def test_a_product_and_its_category_are_told_by_the_ids_of_their_values(site: Site) -> None:
    event = _record(site, "purchase", product_id="sku-1", category="shoes", size=42)

    assert event.item is not None
    assert event.category is not None
    assert (event.item.property, event.item.value) == ("product_id", "sku-1")
    assert (event.category.property, event.category.value) == ("category", "shoes")


def test_equal_values_of_two_events_have_one_id(site: Site) -> None:
    first, second = (_record(site, "purchase", product_id="sku-1") for _ in range(2))

    assert first.item_id == second.item_id
    assert PropertyValue.objects.count() == 1


def test_a_page_view_is_about_its_address_and_a_message_about_its_campaign(site: Site) -> None:
    page = _record(site, "$page_view", url="https://shop.example/", product_id="sku-1")
    message = _record(site, "$push_clicked", campaign=7)

    assert page.item is not None
    assert message.item is not None
    assert page.item.value == "https://shop.example/"
    assert message.item.value == 7


@pytest.mark.parametrize("properties", [{}, {"product_id": None}])
def test_what_is_missing_has_no_id(site: Site, properties: dict[str, Any]) -> None:
    assert _record(site, "purchase", **properties).item_id is None


@pytest.mark.parametrize(("given", "number"), [(12.5, 12.5), ("12.5", None), (None, None), ([1], None)])
def test_the_value_of_an_event_is_a_number_or_nothing(site: Site, given: Any, number: float | None) -> None:
    event = _record(site, "purchase", value=given)

    assert (None if event.value is None else float(event.value)) == number


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, 1.0), ({"a": 1, "b": 2}, {"b": 2.0, "a": 1}), ([1.0, "x"], [1, "x"]), (2.0**62, 2**62)],
)
def test_values_that_jsonb_holds_to_be_equal_have_one_digest(one: Any, other: Any) -> None:
    assert digest_value(one) == digest_value(other)


@pytest.mark.parametrize(("one", "other"), [("1", 1), (True, 1), ("a", "A"), ([1, 2], [2, 1])])
def test_values_that_differ_have_two_digests(one: Any, other: Any) -> None:
    assert digest_value(one) != digest_value(other)
