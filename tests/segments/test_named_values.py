"""A slip in a rule is told, with what there is: values, events, properties, places and pages that were never seen."""

import datetime as dt
from typing import Any

import pytest

from segments import named_values
from segments.named_values import list_unseen_values
from segments.remarks import read_remarks
from segments.rules import Names, parse_rule
from subscribers.models import Attribute, Site
from tests.factories import NOW, make_attribute, make_event, make_push_subscription, make_subscriber

pytestmark = pytest.mark.django_db


def read(site: Site, root: dict[str, Any]) -> list[tuple[str, str]]:
    rule = parse_rule({"version": 1, "root": root})
    return [(each.path, each.message) for each in read_remarks(site, rule, Names(), now=NOW)]


def attribute(key: str, operator: str, *values: Any) -> dict[str, Any]:
    operand = {"values": list(values)} if len(values) > 1 else {"value": values[0]}
    return {"type": "attribute", "key": key, "operator": operator, **operand}


def profile(field: str, value: str) -> dict[str, Any]:
    return {"type": "profile", "field": field, "operator": "equals", "value": value}


def bought(**test: Any) -> dict[str, Any]:
    return {"type": "event", "event": "purchase", "where": [test]}


@pytest.fixture
def shop(site: Site) -> Site:
    make_attribute(site, "loyalty_tier")
    sizes = make_attribute(site, "sizes", Attribute.Type.LIST)
    sizes.element_type = "number"
    sizes.save()
    make_attribute(site, "tags", Attribute.Type.LIST)
    for tier, country, language in (
        ("Gold", "DE", "de-DE"),
        ("Gold", "DE", "de-DE"),
        ("silver", "AT", "de-AT"),
    ):
        who = make_subscriber(
            site,
            attributes={"loyalty_tier": tier, "sizes": [42], "tags": ["Shoes"]},
            country=country,
            language=language,
        )
        make_event(who, "purchase", product_id="Sku-1", cart={"coupon": "SPRING"}, price=5)
        make_event(who, "$page_view", url="https://shop.example/gr%C3%B6%C3%9Fe/sale?x=1")
        make_push_subscription(who, browser="Firefox", os="Linux")
    types = site.event_types.get(name="purchase")
    types.properties = {"product_id": "text", "cart.coupon": "text", "price": "number"}
    types.save()
    return site


@pytest.mark.parametrize(
    ("root", "message"),
    [
        (attribute("loyalty_tier", "equals", "golld"), "“golld” was never seen in the attribute “loyalty_tier”. Did you mean “Gold”?"),
        (attribute("loyalty_tier", "not_equals", "golld"), "“golld” was never seen in the attribute “loyalty_tier”. Did you mean “Gold”?"),
        (attribute("loyalty_tier", "in", "gold", "siver"), "“siver” was never seen in the attribute “loyalty_tier”. Did you mean “silver”?"),
        (attribute("loyalty_tier", "equals", "platinum"), "“platinum” was never seen in the attribute “loyalty_tier”. Seen so far: “Gold” and “silver”."),
        (attribute("tags", "includes", "shoe"), "“shoe” was never seen in the attribute “tags”. Did you mean “Shoes”?"),
        (profile("country", "Germany"), "“Germany” was never seen in the country. Countries are told by their codes: Germany is “DE”."),
        (profile("country", "FR"), "“FR” was never seen in the country. Seen so far: “DE” and “AT”."),
        (profile("language", "de"), "“de” was never seen in the language. Seen so far: “de-DE” and “de-AT”."),
        ({"type": "device", "field": "browser", "operator": "equals", "value": "Firefx"}, "“Firefx” was never seen in the browser of a device. Did you mean “Firefox”?"),
        (bought(property="product_id", operator="equals", value="sku-2"), "“sku-2” was never seen in the property “product_id” of “purchase”. Did you mean “Sku-1”?"),
        (bought(property="cart.coupon", operator="equals", value="sprign"), "“sprign” was never seen in the property “cart.coupon” of “purchase”. Did you mean “SPRING”?"),
        ({"type": "page_view", "url": {"operator": "contains", "value": "/slae"}}, "No page seen so far has an address that fits “/slae”. Did you mean “sale”?"),
        ({"type": "page_view", "url": {"operator": "contains", "value": "/grösse/x"}}, "No page seen so far has an address that fits “/grösse/x”. Did you mean “größe”?"),
        ({"type": "event", "event": "purchsae"}, "This site has not seen the event “purchsae” yet. Did you mean “purchase”?"),
        ({"type": "event", "event": "return"}, "This site has not seen the event “return” yet. Check how it is written, or wait until it comes."),
        (bought(property="cart.cupon", operator="exists"), "This site has not seen the property “cart.cupon” of “purchase” yet. Did you mean “cart.coupon”?"),
        (attribute("loyality_tier", "equals", "gold"), "No subscriber has the attribute “loyality_tier” yet. Did you mean “loyalty_tier”?"),
        (attribute("sizes", "includes", "42"), "The attribute “sizes” is a list of numbers, but is asked for texts: that never fits."),
        (attribute("tags", "includes_any", "shoes", 42), "The attribute “tags” is a list of texts, but is asked for numbers: that never fits."),
    ],
)  # fmt: skip
def test_a_slip_is_told_with_what_there_is(shop: Site, root: dict[str, Any], message: str) -> None:
    assert [said for _, said in read(shop, root)] == [message]


@pytest.mark.parametrize(
    "root",
    [
        attribute("loyalty_tier", "equals", " gold"),
        attribute("loyalty_tier", "contains", "golld"),
        attribute("tags", "includes", "SHOES"),
        attribute("sizes", "includes", 42),
        attribute("sizes", "includes", 43),
        profile("country", "de"),
        profile("external_id", "u-1"),
        bought(property="product_id", operator="equals", value="SKU-1"),
        bought(property="cart.coupon", operator="equals", value="spring"),
        bought(property="price", operator="equals", value=7),
        {"type": "page_view", "url": {"operator": "contains", "value": "/größe/"}},
        {"type": "page_view", "url": {"operator": "not_contains", "value": "sale"}},
    ],
)
def test_nothing_is_said_of_what_was_seen(shop: Site, root: dict[str, Any]) -> None:
    assert read(shop, root) == []


def test_a_rare_value_is_found_though_no_sample_holds_it(shop: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(named_values, "OF_PEOPLE", named_values.OF_PEOPLE.replace("LIMIT 2000", "LIMIT 1"))

    assert read(shop, attribute("loyalty_tier", "equals", "silver")) == []
    assert read(shop, attribute("loyalty_tier", "equals", "gold")) == []


def test_what_is_not_found_out_in_time_is_not_remarked_on(
    shop: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(named_values, "MOST_MS", 0)
    rule = parse_rule({"version": 1, "root": attribute("loyalty_tier", "equals", "golld")})

    assert list_unseen_values(shop, rule, now=NOW) == []
    assert Attribute.objects.filter(site=shop).exists()  # the connection is none the worse for it


def test_a_slow_search_is_given_up(shop: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = named_values.OF_PEOPLE.replace("WHERE", "CROSS JOIN pg_sleep(5) WHERE")
    monkeypatch.setattr(named_values, "OF_PEOPLE", slow)
    rule = parse_rule({"version": 1, "root": attribute("loyalty_tier", "equals", "golld")})
    began = dt.datetime.now(dt.UTC)

    assert list_unseen_values(shop, rule, now=NOW) == []
    assert dt.datetime.now(dt.UTC) - began < dt.timedelta(seconds=3)


def test_what_somebody_who_fits_must_have_is_not_looked_for(
    shop: Site, django_assert_num_queries: Any
) -> None:
    both = {
        "type": "group",
        "match": "all",
        "conditions": [attribute("loyalty_tier", "equals", "golld"), profile("country", "XX")],
    }
    either = {**both, "match": "any"}

    with django_assert_num_queries(0):
        rule = parse_rule({"version": 1, "root": both})
        assert list_unseen_values(shop, rule, now=NOW, somebody_fits=True) == []
    rule = parse_rule({"version": 1, "root": either})
    assert len(list_unseen_values(shop, rule, now=NOW, somebody_fits=True)) == 2


def test_the_total_of_nothing_is_always_known(shop: Site) -> None:
    total = {"type": "event_aggregate", "event": "purchase", "function": "sum", "property": "price"}

    [(_, said)] = read(shop, {**total, "operator": "exists"})

    assert said == "Everybody fits this: of who did no such thing it is 0, and so it is always known."
    assert read(shop, {**total, "function": "average", "operator": "exists"}) == []
