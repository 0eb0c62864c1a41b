"""The gallery: every ready-made segment is a rule that chooses the people it is about, and nobody else."""

import datetime as dt
from typing import Any

import pytest

from segments.definitions import read_rule, select_subscribers
from segments.gallery import GALLERY, ReadyMade, find_ready_made, write_example, write_rule
from segments.offers import find_place, list_offers, prefill_rule
from segments.rules import Names, RuleError, describe_rule, parse_rule
from subscribers.models import Attribute, Site, Subscriber
from tests import factories
from tests.factories import NOW
from tracking.models import EventType

ENTRIES = [entry for entries in GALLERY.values() for entry in entries]
MEMBERS = {
    "cart_abandoners": {"abandoner", "shopper"},
    "best_cart_abandoners": {"abandoner"},
    "browse_abandoners": {"browser", "regular"},
    "product_in_mind": {"browser"},
    "category_fans": {"regular"},
    "bargain_hunters": {"regular"},
    "vips": {"regular"},
    "power_users": {"regular"},
    "loyal_near_a_store": {"regular"},
    "new_customers": {"newcomer"},
    "activated": {"newcomer", "regular"},
    "spenders_to_win_back": {"drifter"},
    "not_logged_in_recently": {"abandoner", "shopper", "browser", "newcomer", "drifter"},
    "lapsing_subscribers": {"drifter"},
    "active_without_clicks": {"regular"},
    "regional": {"regular"},
    "mobile_owners": {"regular"},
}


def person(site: Site, name: str, **values: Any) -> Subscriber:
    return factories.make_subscriber(site, external_id=name, **values)


def did(subscriber: Subscriber, event: str, *days_ago: float, **properties: Any) -> None:
    for days in days_ago:
        factories.make_event(subscriber, event, NOW - dt.timedelta(days=days), **properties)


def make_regular(site: Site) -> None:
    regular = person(
        site, "regular", country="US", latitude=52.4, longitude=13.1,
        attributes={"loyalty_tier": "gold", "lifetime_value": 2450},
    )  # fmt: skip
    factories.make_push_subscription(regular, kind="mobile")
    did(regular, "$session_start", *range(1, 13))
    did(regular, "$page_view", 5, 9, url="https://shop.example/sale/shoes")
    did(regular, "product_viewed", 1, product_id="sku-1", category="packs")
    did(regular, "product_viewed", 2, product_id="sku-2", category="packs")
    did(regular, "purchase", 10, value=700)
    did(regular, "purchase", 100, value=400.5)


def make_drifter(site: Site) -> None:
    drifter = person(site, "drifter", country="DE", attributes={"lifetime_value": 900})
    factories.make_push_subscription(drifter)
    did(drifter, "$session_start", 50, 60)


def make_newcomer(site: Site) -> None:
    newcomer = person(site, "newcomer")
    did(newcomer, "$session_start", 2, 3)
    did(newcomer, "$subscribed", 3)
    did(newcomer, "$push_clicked", 2)
    did(newcomer, "purchase", 3, value=20)


@pytest.fixture
def population(site: Site) -> None:
    """Seven people, on a Saturday."""
    factories.make_place(site)
    make_regular(site)
    make_drifter(site)
    make_newcomer(site)
    did(person(site, "abandoner", attributes={"loyalty_tier": "Platinum"}), "add_to_cart", 0.1)
    did(person(site, "shopper"), "add_to_cart", 0.2)
    did(person(site, "browser"), "product_viewed", 1, 2, 4, product_id="sku-9", category="camp")
    did(person(site, "visitor"), "$page_view", 0.5, url="https://shop.example/")


@pytest.mark.usefixtures("population")
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.key)
def test_an_entry_chooses_those_it_is_about(site: Site, entry: ReadyMade) -> None:
    rule = read_rule(site, prefill_rule(entry, site))

    members = select_subscribers(site, rule, as_of=NOW).values_list("external_id", flat=True)

    assert set(members) == MEMBERS[entry.key]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.key)
def test_an_entry_reads_back_as_a_sentence(entry: ReadyMade) -> None:
    sentence = describe_rule(parse_rule(write_example(entry, None)), Names())

    assert sentence.startswith("Subscribers ")
    assert sentence.endswith(".")


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.key)
def test_an_entry_fits_into_the_form(entry: ReadyMade) -> None:
    assert 0 < len(entry.name) <= 128
    assert 0 < len(entry.description) <= 500


def test_keys_and_names_are_given_once() -> None:
    assert len({entry.key for entry in ENTRIES}) == len({entry.name for entry in ENTRIES}) == len(ENTRIES)


def test_an_entry_is_found_by_its_key() -> None:
    assert find_ready_made("vips") in ENTRIES
    assert find_ready_made("nonsense") is None


def test_the_store_is_the_sites_first_place(site: Site) -> None:
    first = factories.make_place(site, name="Wien")
    factories.make_place(site, name="Aachen")
    factories.make_place(factories.make_site(), name="Elsewhere")
    entry = find_ready_made("loyal_near_a_store")
    assert entry is not None

    assert find_place(site) == first
    assert "within 25 miles of Wien" in describe_rule(parse_rule(prefill_rule(entry, site)), Names())


def test_without_a_place_the_rule_waits_for_one() -> None:
    entry = find_ready_made("loyal_near_a_store")
    assert entry is not None

    with pytest.raises(RuleError, match="near"):
        parse_rule(write_rule(entry, None))


# --- What a site is told that it lacks --------------------------------------------


def needs_of(site: Site, key: str) -> list[str]:
    [offer] = [each for offers in list_offers(site).values() for each in offers if each.entry.key == key]
    return offer.needs


def test_a_new_site_is_told_which_events_and_attributes_an_entry_needs(site: Site) -> None:
    assert needs_of(site, "best_cart_abandoners") == [
        "Needs the event “add_to_cart”, which has not been seen yet.",
        "Needs the event “purchase”, which has not been seen yet.",
        "Needs the attribute “loyalty_tier”, which no subscriber has yet.",
    ]


def test_a_site_that_has_seen_it_all_is_told_nothing(site: Site) -> None:
    Attribute.objects.create(site=site, key="loyalty_tier", type="text")
    for name in ("add_to_cart", "purchase"):
        EventType.objects.create(site=site, name=name)

    assert needs_of(site, "best_cart_abandoners") == []


def test_a_property_that_its_event_never_had_is_named(site: Site) -> None:
    EventType.objects.create(site=site, name="purchase", properties={"total": "number"})

    assert needs_of(site, "vips") == [
        "Needs the property “value” of “purchase”, which has not been seen yet."
    ]


@pytest.mark.parametrize("key", ["power_users", "active_without_clicks", "bargain_hunters"])
def test_our_own_events_need_not_have_been_seen(site: Site, key: str) -> None:
    assert needs_of(site, key) == []


def test_a_place_is_asked_for_until_there_is_one(site: Site) -> None:
    assert needs_of(site, "loyal_near_a_store") == [
        "Needs a place, and this site has none yet: add one, or give a point on the map."
    ]
    factories.make_place(site)
    assert needs_of(site, "loyal_near_a_store") == []
