"""Each kind of condition beyond the first ones: built by hand, and shown again as it was saved."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer
from selenium import webdriver

from subscribers.models import Attribute, Site
from tests import factories
from tests.browser.browsers import open_chromium, require_chromium
from tests.browser.rule_builder_page import RuleBuilderPage
from tracking.models import EventType

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Node = dict[str, Any]
WHERE: list[Node] = [{"property": "category", "operator": "in", "values": ["shoes", "hats"]}]
SHAPES: list[Node] = [
    {
        "type": "event_aggregate",
        "event": "purchase",
        "function": "sum",
        "property": "value",
        "operator": "greater_than",
        "value": 500,
        "within": {"last": {"days": 90}},
    },
    {
        "type": "event_aggregate",
        "event": "purchase",
        "function": "distinct",
        "property": "category",
        "operator": "between",
        "values": [2, 4],
        "where": WHERE,
    },
    {
        "type": "event_aggregate",
        "event": "never_seen",
        "function": "average",
        "property": "weight",
        "operator": "in",
        "values": [1.5, 2],
    },
    {
        "type": "event_recency",
        "event": "purchase",
        "occurrence": "last",
        "operator": "more_than_ago",
        "value": {"days": 45},
    },
    {
        "type": "event_recency",
        "event": "purchase",
        "occurrence": "first",
        "operator": "between",
        "values": ["2026-11-01T08:00:00Z", "2026-11-02T08:00:30Z"],
    },
    {"type": "event_recency", "event": "purchase", "occurrence": "last", "operator": "not_exists"},
    {
        "type": "event_sequence",
        "steps": [{"event": "add_to_cart"}, {"event": "purchase", "absent": True}],
    },
    {
        "type": "event_sequence",
        "steps": [
            {"event": "product_viewed", "where": WHERE},
            {"event": "add_to_cart", "absent": False},
            {"event": "purchase", "where": [{"property": "value", "operator": "at_least", "value": 10}]},
        ],
        "gap": {"hours": 24},
        "within": {"calendar": "this_month"},
    },
    {
        "type": "event_repeat",
        "event": "product_viewed",
        "property": "product_id",
        "count": {"operator": "at_least", "value": 3},
        "within": {"last": {"days": 5}},
        "where": WHERE,
    },
    {"type": "bucket", "salt": "spring-test", "from": 0, "to": 1000},
    {"type": "bucket", "salt": "ein Drittel", "from": 3333, "to": 6667},
    {"type": "local_time", "between": ["22:00", "06:30"]},
    {"type": "local_time", "weekdays": ["sunday", "monday"]},
    {"type": "local_time", "between": ["09:00", "17:00"], "weekdays": ["saturday"]},
    {"type": "location", "near": {"lat": 52.52, "lon": 13.405}, "radius": {"km": 5}},
    {
        "type": "location",
        "near": [{"lat": 1.5, "lon": -2.5, "name": "Old shop"}],
        "radius": {"miles": 5},
    },
    {
        "type": "location",
        "near": [
            {"name": "Berlin store", "lat": 52.52, "lon": 13.405},
            {"name": "Vienna store", "lat": 48.2, "lon": 16.4},
            {"lat": 0, "lon": 0},
        ],
        "radius": {"km": 2.5},
    },
    {
        "type": "location",
        "polygon": [{"lat": 52.55, "lon": 13.3}, {"lat": 52.55, "lon": 13.5}, {"lat": -0.25, "lon": 13}],
    },
    {"type": "attribute", "key": "birthday", "operator": "anniversary_within", "value": {"days": 7}},
    {"type": "profile", "field": "created_at", "operator": "anniversary_within", "value": {"days": 1}},
]


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    require_chromium()
    driver = open_chromium(tmp_path_factory.mktemp("chromium"))
    yield driver
    driver.quit()


@pytest.fixture
def page(chromium: webdriver.Chrome, live_server: LiveServer, site: Site) -> RuleBuilderPage:
    factories.make_attribute(site, "birthday", Attribute.Type.TIME)
    factories.make_place(site)
    factories.make_place(site, name="Vienna store", latitude=48.2, longitude=16.4)
    properties = {"value": "number", "category": "text", "product_id": "text"}
    for name in ("product_viewed", "add_to_cart", "purchase"):
        EventType.objects.create(site=site, name=name, properties=properties)
    page = RuleBuilderPage(chromium, live_server.url)
    page.sign_in()
    return page


def rule_of(*conditions: Node) -> Node:
    return {"version": 1, "root": {"type": "group", "match": "all", "conditions": list(conditions)}}


def open_segment(page: RuleBuilderPage, site: Site, *conditions: Node) -> None:
    segment = factories.make_segment(site, rule_of(*conditions))
    page.open(f"{segment.pk}/change/")


def test_every_shape_is_shown_and_saved_as_it_was(page: RuleBuilderPage, site: Site) -> None:
    open_segment(page, site, *SHAPES)
    assert page.rule == rule_of(*SHAPES)
