"""Who is found by rules that ask for what was sent in another form, inside something else, or not at all."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from segments.definitions import read_rule, select_ids, select_subscribers
from segments.facts import load_facts
from segments.following import follow_site
from segments.rules import evaluate_rule
from subscribers.models import Site, Subscriber
from tests.factories import NOW, change_subscriber, make_event, make_subscriber
from tests.segments.live import make_built, members, rule_of

JSON = dict[str, Any]
DAY = dt.timedelta(days=1)

pytestmark = pytest.mark.django_db


def find(site: Site, root: JSON, *, as_of: dt.datetime = NOW) -> list[Subscriber]:
    """Whom SQL finds; the evaluator must find the same."""
    rule = read_rule(site, rule_of(root))
    found = list(select_subscribers(site, rule, as_of=as_of).order_by("pk"))
    people = load_facts(list(Subscriber.objects.filter(site=site).values_list("pk", flat=True)))
    zone = ZoneInfo(site.timezone)
    assert {each.pk for each in found} == {
        pk for pk, facts in people.items() if evaluate_rule(rule, facts, as_of=as_of, zone=zone)
    }
    assert select_ids(site, rule, as_of=as_of).text
    return found


def attribute(key: str, operator: str, *values: Any) -> JSON:
    operand = {"values": list(values)} if len(values) > 1 else {"value": values[0]} if values else {}
    return {"type": "attribute", "key": key, "operator": operator, **operand}


def bought(**test: Any) -> JSON:
    return {"type": "event", "event": "purchase", "where": [test]}


def spent(operator: str, value: float, **fields: Any) -> JSON:
    node = {"type": "event_aggregate", "event": "purchase", "function": "sum", "property": "price"}
    return {**node, "operator": operator, "value": value, **fields}


# Texts


@pytest.mark.parametrize(
    ("sent", "asked"),
    [
        ("é", "e\u0301"),
        ("e\u0301", "É"),
        ("ΟΔΟΣ", "οδος"),
        ("Straße", "STRASSE"),
        ("각", "\u1100\u1161\u11a8"),
        (" Ulm ", "ulm"),
        ("Ulm", "\u00a0ULM\u3000"),
    ],
)
def test_texts_that_look_the_same_are_found_by_each_other(site: Site, sent: str, asked: str) -> None:
    who = make_subscriber(site, attributes={"tier": sent, "tags": [sent]}, city=sent)
    make_event(who, "purchase", product_id=sent, note=sent)

    for root in (
        attribute("tier", "equals", asked),
        attribute("tier", "in", asked, "x"),
        attribute("tags", "includes", asked),
        {"type": "profile", "field": "city", "operator": "equals", "value": asked},
        bought(property="product_id", operator="equals", value=asked),
        bought(property="note", operator="starts_with", value=asked),
        bought(property="note", operator="matches", value=asked),
    ):
        assert find(site, root) == [who], root


def test_a_letter_is_no_part_of_one_with_an_accent_however_that_was_written(site: Site) -> None:
    make_subscriber(site, attributes={"name": "na\u0308h"})
    plain = make_subscriber(site, attributes={"name": "nah"})

    assert find(site, attribute("name", "contains", "a")) == [plain]
    assert find(site, attribute("name", "starts_with", "na")) == [plain]


def test_blanks_around_what_stands_in_a_list_or_a_pattern_do_not_count(site: Site) -> None:
    who = make_subscriber(site, attributes={"plan": "gold", "note": "red boots"})

    assert find(site, attribute("plan", "in", " silver", "gold ")) == [who]
    assert find(site, attribute("note", "contains", "shoes | boots ")) == [who]
    assert find(site, attribute("note", "contains", "red\\ |x")) == [who]
    assert find(site, attribute("note", "contains", "boots\\ ")) == []


def test_empty_text_is_known_and_can_be_asked_for(site: Site) -> None:
    empty = make_subscriber(site, attributes={"tier": ""})
    blank = make_subscriber(site, attributes={"tier": " \u00a0"})
    make_subscriber(site, attributes={"tier": "gold"})
    none = make_subscriber(site)

    assert find(site, attribute("tier", "equals", "")) == [empty, blank]
    assert find(site, attribute("tier", "in", "", "silver")) == [empty, blank]
    assert find(site, attribute("tier", "not_exists")) == [none]


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00.000000Z", "9999-12-31T23:59:59.000000Z"])
def test_a_moment_that_stands_for_none_is_not_long_ago(site: Site, moment: str) -> None:
    who = make_subscriber(site, attributes={"renewed": moment})
    make_event(who, "purchase", delivered=moment)

    for operator, value in (("more_than_ago", {"days": 30}), ("before", "2026-01-01T00:00:00Z"), ("after", "2026-01-01T00:00:00Z")):  # fmt: skip
        assert find(site, attribute("renewed", operator, value)) == []
        assert find(site, bought(property="delivered", operator=operator, value=value)) == []
    assert find(site, attribute("renewed", "exists")) == [who]


@pytest.mark.parametrize(("stored", "asked"), [("Asia/Calcutta", "Asia/Kolkata"), ("Asia/Kolkata", "asia/calcutta"), ("UTC", "Etc/UTC"), ("Europe/Kiev", "Europe/Kyiv")])  # fmt: skip
def test_a_time_zone_with_two_names_is_one(site: Site, stored: str, asked: str) -> None:
    who = make_subscriber(site, timezone=stored)
    other = make_subscriber(site, timezone="Europe/Berlin")
    zone = {"type": "profile", "field": "timezone"}

    assert find(site, {**zone, "operator": "equals", "value": asked}) == [who]
    assert find(site, {**zone, "operator": "in", "values": [asked, "Europe/Oslo"]}) == [who]
    assert find(site, {**zone, "operator": "not_equals", "value": asked}) == [other]


# Lists


def test_lists_are_compared_by_the_type_of_their_elements(site: Site) -> None:
    number = make_subscriber(site, attributes={"sizes": [42]})
    text = make_subscriber(site, attributes={"sizes": ["42"]})
    for who in (number, text):
        make_event(who, "purchase", sizes=who.attributes["sizes"])

    assert find(site, attribute("sizes", "includes", 42)) == [number]
    assert find(site, attribute("sizes", "includes", "42")) == [text]
    assert find(site, attribute("sizes", "includes_any", 42.0, 43)) == [number]
    assert find(site, bought(property="sizes", operator="includes", value=42)) == [number]
    assert find(site, bought(property="sizes", operator="includes", value="42")) == [text]
    assert find(site, bought(property="sizes[]", operator="equals", value=42)) == [number]


# Addresses


@pytest.mark.parametrize(
    ("sent", "pattern"),
    [
        ("https://shop.example/gr%C3%B6%C3%9Fe/42", "/größe/"),
        ("https://shop.example/größe/42", "/gr%C3%B6%C3%9Fe/"),
        ("https://shop.example/?q=red+shoes", "red shoes"),
        ("https://shop.example/?q=red%20shoes", "red shoes"),
        ("https://shop.example/red+shoes", "red\\+shoes"),
        ("https://xn--mller-kva.example/cart", "müller.example/*"),
        ("https://xn--mller-kva.example/cart", "xn--mller-kva.example"),
        ("https://shop.example/a%2Fb", "/a/b"),
        ("https://shop.example/a%252Fb", "/a%252Fb"),
        ("https://shop.example/%ZZ", "%zz"),
        ("https://shop.example/#gr%C3%B6%C3%9Fe", "#größe"),
        # Reports of comparable products
        ("https://shop.example/cart", "https%3A%2F%2Fshop.example%2Fcart"),
        ("https://xn--e1afmkfd.xn--p1ai/x", "пример.рф"),
        ("https://shop.example/API?foo=bar%26baz", "foo=bar&baz"),
        ("https://shop.example/?utm_source=no%2520code", "no%2520code"),
        ("https://shop.example/%E6%A9%9F%E8%83%BD/4695", "/機能/"),
    ],
)
def test_an_address_is_found_as_people_read_it(site: Site, sent: str, pattern: str) -> None:
    who = make_subscriber(site, attributes={"landing": sent})
    make_event(who, "$page_view", url=sent)
    make_event(who, "purchase", url=sent, page={"url": sent})
    other = make_subscriber(site)
    make_event(other, "$page_view", url="https://shop.example/other")

    contains = {"operator": "contains", "value": pattern}
    for root in (
        {"type": "page_view", "url": contains},
        {"type": "event", "event": "$page_view", "where": [{"property": "url", **contains}]},
        bought(property="url", **contains),
        bought(property="page.url", **contains),
    ):
        assert find(site, root) == [who], root


def test_addresses_elsewhere_are_read_so_too_if_they_say_that_they_are_some(site: Site) -> None:
    who = make_subscriber(
        site, attributes={"landing": "https://shop.example/gr%C3%B6%C3%9Fe", "note": "100%25"}
    )
    make_event(who, "purchase", from_page="https://shop.example/gr%C3%B6%C3%9Fe")

    assert find(site, attribute("landing", "contains", "größe")) == [who]
    assert find(site, attribute("landing", "equals", "https://shop.example/gr%C3%B6%C3%9Fe")) == [who]
    assert find(site, bought(property="from_page", operator="ends_with", value="/größe")) == [who]
    assert find(site, attribute("note", "equals", "100%25")) == [who]
    assert find(site, attribute("note", "equals", "100%")) == []


# Nested properties


def test_properties_inside_objects_and_lists_are_asked_for_by_their_path(site: Site) -> None:
    who = make_subscriber(site, attributes={"home": {"city": "Ulm"}, "seen": ["a", "b"]})
    make_event(
        who, "purchase", cart={"total": 30}, items=[{"sku": "a", "price": 1}, {"sku": "b", "price": 2}]
    )
    make_event(who, "purchase", at=NOW - DAY, cart={"total": 12.5}, items=[{"sku": "a"}, {"sku": "a"}])
    literal = make_subscriber(site)
    both: JSON = {"cart.total": 30, "cart": {"total": 1}}
    make_event(literal, "purchase", NOW, **both)

    assert find(site, bought(property="cart.total", operator="at_least", value=30)) == [who, literal]
    assert find(site, bought(property="items[].sku", operator="equals", value="B")) == [who]
    assert find(site, bought(property="items[].sku", operator="not_equals", value="b")) == [who, literal]
    assert find(site, attribute("home.city", "equals", "ulm")) == [who]
    assert find(site, attribute("seen[]", "starts_with", "b")) == [who]
    assert find(site, spent("equals", 42.5, property="cart.total")) == [who]
    assert find(site, spent("equals", 3, property="items[].price")) == [who]
    assert find(site, spent("equals", 2, property="items[].sku", function="distinct")) == [who]
    repeat = {"type": "event_repeat", "event": "purchase", "property": "items[].sku"}
    assert find(site, {**repeat, "count": {"operator": "at_least", "value": 2}}) == [who]
    assert find(site, {**repeat, "count": {"operator": "at_least", "value": 3}}) == []


def test_a_change_inside_an_attribute_is_followed(site: Site) -> None:
    who = make_subscriber(site, attributes={"home": {"city": "Ulm"}})
    segment = make_built(site, rule_of(attribute("home.city", "equals", "Bonn")))

    change_subscriber(who, attributes={"home": {"city": "Bonn"}})
    follow_site(site, now=NOW + DAY)

    assert members(segment) == {who.pk}


# Totals of nothing


def test_who_spent_nothing_spent_at_most_50(site: Site) -> None:
    nothing = make_subscriber(site)
    little, much, other = (make_subscriber(site) for _ in range(3))
    make_event(little, "purchase", price=50)
    make_event(much, "purchase", price=50.01)
    make_event(other, "purchase", price="free")
    last = {"last": {"days": 90}}

    assert find(site, spent("at_most", 50, within=last)) == [nothing, little, other]
    assert find(site, spent("greater_than", 50, within=last)) == [much]
    assert find(site, spent("not_equals", 0, within=last)) == [little, much]
    assert find(site, spent("equals", 0, function="distinct")) == [nothing]
    assert find(site, spent("at_most", 50, function="maximum")) == [little]


def test_where_nobody_ever_bought_everybody_spent_nothing(site: Site) -> None:
    who = make_subscriber(site)

    assert find(site, spent("at_most", 50)) == [who]
    assert find(site, spent("at_least", 1)) == []


def test_totals_of_nothing_are_followed_by_change_and_by_time(site: Site) -> None:
    segment = make_built(site, rule_of(spent("at_most", 50, within={"last": {"days": 7}})))
    who = make_subscriber(site)
    follow_site(site, now=NOW)
    assert members(segment) == {who.pk}

    make_event(who, "purchase", NOW, price=60)
    follow_site(site, now=NOW + DAY)
    assert members(segment) == set()

    follow_site(site, now=NOW + 8 * DAY)
    assert members(segment) == {who.pk}


@pytest.mark.parametrize(
    ("operator", "asked"),
    [
        ("contains", "calcutta"),
        ("contains", "kolkata"),
        ("starts_with", "Asia/Cal"),
        ("ends_with", "lkata"),
        ("matches", "asia/calc*"),
        ("contains", "Nowhere|Calcutta"),
    ],
)
def test_a_pattern_fits_a_zone_by_any_of_its_names(site: Site, operator: str, asked: str) -> None:
    kept, old = (
        make_subscriber(site, timezone="Asia/Kolkata"),
        make_subscriber(site, timezone="Asia/Calcutta"),
    )
    other, none = make_subscriber(site, timezone="Europe/Berlin"), make_subscriber(site)
    test = {"type": "profile", "field": "timezone", "operator": operator, "value": asked}

    assert find(site, test) == [kept, old]
    if operator == "contains":
        assert find(site, {**test, "operator": "not_contains"}) == [other, none]
