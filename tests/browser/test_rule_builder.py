"""A marketer builds the segments that everybody asks for, by mouse and by keyboard alone, without seeing JSON."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer
from selenium import webdriver

from segments.models import Segment
from segments.preview import preview_rule
from segments.tasks import build_segment
from subscribers.models import Attribute, Site
from tests import factories
from tests.browser.browsers import open_chromium, require_chromium
from tests.browser.rule_builder_page import Condition, Group, Hand, Keyboard, Mouse, RuleBuilderPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LAST_DAY = {"last": {"hours": 24}}
IN_24_HOURS: dict[str, str | list[str]] = {
    "When": "in the last",
    "When: how long": "24",
    "When: unit": "hours",
}


@dataclass(frozen=True)
class Example:
    """What is built, the rule that this is, and how many of the population are in it."""

    group: Group
    root: dict[str, Any]
    count: int


def attribute(key: str, operator: str, value: Any) -> dict[str, Any]:
    return {"type": "attribute", "key": key, "operator": operator, "value": value}


def event(name: str, operator: str, value: int, window: Any) -> dict[str, Any]:
    return {
        "type": "event",
        "event": name,
        "count": {"operator": operator, "value": value},
        "within": window,
    }


def all_of(*conditions: dict[str, Any]) -> dict[str, Any]:
    return {"type": "group", "match": "all", "conditions": list(conditions)}


GOLD = Condition(
    "Attribute", {"Attribute": "loyalty tier", "loyalty tier: comparison": "equals", "loyalty tier": "gold"}
)


def lifetime_value_above(value: str) -> Condition:
    return Condition(
        "Attribute",
        {
            "Attribute": "lifetime value",
            "lifetime value: comparison": "is greater than",
            "lifetime value": value,
        },
    )


EXAMPLES = {
    "gold and valuable": Example(
        Group("all", [GOLD, lifetime_value_above("1000")]),
        all_of(
            attribute("loyalty_tier", "equals", "gold"), attribute("lifetime_value", "greater_than", 1000)
        ),
        1,
    ),
    "abandoned cart": Example(
        Group(
            "all",
            [
                Condition("Event", {"How often": "did", "Event": "add to cart", **IN_24_HOURS}),
                Condition("Event", {"How often": "did not do", "Event": "purchase", **IN_24_HOURS}),
            ],
        ),
        all_of(event("add_to_cart", "at_least", 1, LAST_DAY), event("purchase", "at_most", 0, LAST_DAY)),
        1,
    ),
    "visitors near the store": Example(
        Group(
            "all",
            [
                Condition(
                    "Location", {"Distance": "25", "Unit of distance": "miles", "Place": "Berlin store"}
                ),
                Condition(
                    "Event",
                    {
                        "How often": "did at least",
                        "Times": "5",
                        "Event": "Visited the site",
                        "When": "in the last",
                        "When: how long": "14",
                        "When: unit": "days",
                    },
                ),
            ],
        ),
        all_of(
            {
                "type": "location",
                "near": {"lat": 52.52, "lon": 13.405, "name": "Berlin store"},
                "radius": {"miles": 25},
            },
            event("$session_start", "at_least", 5, {"last": {"days": 14}}),
        ),
        1,
    ),
    "valuable and away": Example(
        Group(
            "all",
            [
                lifetime_value_above("500"),
                Condition(
                    "Event",
                    {
                        "How often": "did not do",
                        "Event": "Visited the site",
                        "When": "in the last",
                        "When: how long": "45",
                        "When: unit": "days",
                    },
                ),
            ],
        ),
        all_of(
            attribute("lifetime_value", "greater_than", 500),
            event("$session_start", "at_most", 0, {"last": {"days": 45}}),
        ),
        2,
    ),
    "nested": Example(
        Group(
            "at least",
            [
                GOLD,
                Condition(
                    "Profile",
                    {
                        "Profile field": "country",
                        "country: comparison": "is one of",
                        "country: add one": ["Germany", "Austria"],
                    },
                ),
                Group(
                    "none",
                    [
                        Condition("Event", {"How often": "did", "Event": "purchase"}),
                        Condition("Notifications", {"Notifications": "have unsubscribed from notifications"}),
                    ],
                ),
            ],
            n=2,
        ),
        {
            "type": "group",
            "match": "at_least",
            "n": 2,
            "conditions": [
                attribute("loyalty_tier", "equals", "gold"),
                {"type": "profile", "field": "country", "operator": "in", "values": ["DE", "AT"]},
                {
                    "type": "group",
                    "match": "none",
                    "conditions": [
                        {
                            "type": "event",
                            "event": "purchase",
                            "count": {"operator": "at_least", "value": 1},
                        },
                        {"type": "channel", "channel": "web_push", "state": "unsubscribed"},
                    ],
                },
            ],
        },
        4,
    ),
}


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    require_chromium()
    driver = open_chromium(tmp_path_factory.mktemp("chromium"))
    yield driver
    driver.quit()


@pytest.fixture
def page(chromium: webdriver.Chrome, live_server: LiveServer, site: Site) -> RuleBuilderPage:
    populate(site)
    page = RuleBuilderPage(chromium, live_server.url)
    page.sign_in()
    return page


def populate(site: Site) -> None:
    """Five people, each of whom some example is about."""
    now = timezone.now()
    factories.make_attribute(site, "loyalty_tier")
    factories.make_attribute(site, "lifetime_value", Attribute.Type.NUMBER)
    factories.make_place(site)
    gold = factories.make_subscriber(
        site, country="DE", attributes={"loyalty_tier": "gold", "lifetime_value": 2450}
    )
    factories.make_subscriber(
        site, country="AT", attributes={"loyalty_tier": "silver", "lifetime_value": 800}
    )
    shopper = factories.make_subscriber(
        site, country="FR", attributes={"loyalty_tier": "gold", "lifetime_value": 90}
    )
    neighbour = factories.make_subscriber(site, country="DE", latitude=52.4, longitude=13.1)
    buyer = factories.make_subscriber(site, country="AT")
    factories.make_event(shopper, "add_to_cart", now - dt.timedelta(hours=2), price=20)
    factories.make_event(buyer, "add_to_cart", now - dt.timedelta(hours=3), price=30)
    factories.make_event(buyer, "purchase", now - dt.timedelta(hours=1))
    for days in range(1, 7):
        factories.make_event(neighbour, "$session_start", now - dt.timedelta(days=days))
    factories.make_event(gold, "$session_start", now - dt.timedelta(days=50))


def hand_of(way: str, driver: webdriver.Chrome) -> Hand:
    return Mouse(driver) if way == "mouse" else Keyboard(driver)


@pytest.mark.parametrize("way", ["mouse", "keyboard"])
@pytest.mark.parametrize("name", EXAMPLES)
def test_a_segment_is_built_without_json(page: RuleBuilderPage, site: Site, name: str, way: str) -> None:
    example = EXAMPLES[name]
    rule = {"version": 1, "root": example.root}
    expected = preview_rule(site, rule, as_of=timezone.now())
    hand = hand_of(way, page.driver)
    page.open()
    page.name_it(name, hand)
    page.build(example.group, hand)

    people = "1 person" if example.count == 1 else f"{example.count} people"
    assert (page.rule, page.count, page.sentence) == (rule, people, expected.sentence)
    assert expected.count == example.count

    page.save(hand)
    page.wait_for(lambda: Segment.objects.filter(name=name).exists())
    segment = Segment.objects.get()
    assert segment.rule == rule
    build_segment(segment.pk)
    page.driver.get(f"{page.address}/admin/segments/segment/")
    row = page.find("#result_list").text
    assert expected.sentence in row
    assert str(example.count) in row
