"""A marketer builds the segments that everybody asks for, by mouse and by keyboard alone, without seeing JSON."""

import datetime as dt

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer
from selenium import webdriver

from segments.models import Segment
from segments.preview import preview_rule
from segments.tasks import build_segments
from subscribers.models import Attribute, Site
from tests import factories
from tests.browser.example_segments import EXAMPLES
from tests.browser.rule_builder_page import Hand, Keyboard, Mouse, RuleBuilderPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

EVERYDAY = {("nested", "mouse"), ("abandoned cart", "keyboard")}


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


@pytest.mark.parametrize(
    ("name", "way"),
    [
        pytest.param(name, way, marks=() if (name, way) in EVERYDAY else pytest.mark.slow)
        for name in EXAMPLES
        for way in ("mouse", "keyboard")
    ],
)
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
    build_segments()
    page.driver.get(f"{page.address}/admin/segments/segment/")
    row = page.find("#result_list").text
    assert expected.sentence in row
    assert str(example.count) in row
