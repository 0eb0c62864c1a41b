"""Every segment of the gallery is built by hand, from an empty rule and by keyboard alone, and read back as a sentence."""

from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer
from selenium import webdriver

from segments.gallery import GALLERY, ReadyMade
from segments.models import Segment
from segments.offers import prefill_rule
from segments.rules import Names, describe_rule, parse_rule
from segments.rules.ast import list_conditions
from subscribers.models import Attribute, Site
from tests import factories
from tests.browser.rule_builder_page import Keyboard, RuleBuilderPage
from tests.browser.rule_builder_plan import plan_rule
from tracking.models import EventType

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]

SENTENCES = {
    "cart_abandoners": "Subscribers who did “add to cart” in the last 24 hours and who did not do “purchase” in the last 24 hours.",
    "best_cart_abandoners": "Subscribers who did “add to cart” in the last 24 hours, who did not do “purchase” in the last 24 hours and whose loyalty tier is “gold” or “platinum”.",
    "browse_abandoners": "Subscribers who did “product viewed” in the last 3 days and who did not do “add to cart” in the last 3 days.",
    "product_in_mind": "Subscribers who did “product viewed” with the same product id at least 3 times in the last 5 days.",
    "category_fans": "Subscribers who did “product viewed” with the same category at least twice this week and who did “purchase” in the last 30 days.",
    "bargain_hunters": "Subscribers who viewed a page whose address contains “/sale”, “/clearance” or “/outlet” at least twice in the last 30 days.",
    "vips": "Subscribers whose total value over all “purchase” events in the last 365 days is at least 1,000.",
    "power_users": "Subscribers who visited the site at least 10 times in the last 30 days.",
    "loyal_near_a_store": "Subscribers who are within 25 miles of Berlin store and who visited the site at least 5 times in the last 14 days.",
    "new_customers": "Subscribers whose first “purchase” is within the last 14 days.",
    "activated": "Subscribers for whom at least 3 of these 5 are true: who subscribed to notifications; who visited the site at least twice; who did “product viewed”; who did “add to cart”; who did “purchase”.",
    "spenders_to_win_back": "Subscribers whose lifetime value is greater than 500 and who did not visit the site in the last 45 days.",
    "not_logged_in_recently": "Subscribers who did not view a page in the last 30 days.",
    "lapsing_subscribers": "Subscribers who are subscribed to push notifications, who visited the site at least twice between 63 and 21 days ago and who did not visit the site in the last 21 days.",
    "active_without_clicks": "Subscribers who did not click a message of any campaign in the last 60 days and who visited the site in the last 7 days.",
    "regional": "Subscribers whose country is United States or Canada.",
    "mobile_owners": "Subscribers with a mobile device.",
}  # fmt: skip
ENTRIES = [entry for entries in GALLERY.values() for entry in entries]


@pytest.fixture
def page(chromium: webdriver.Chrome, live_server: LiveServer, site: Site) -> RuleBuilderPage:
    factories.make_place(site)
    factories.make_attribute(site, "loyalty_tier")
    factories.make_attribute(site, "lifetime_value", Attribute.Type.NUMBER)
    EventType.objects.create(site=site, name="add_to_cart")
    EventType.objects.create(site=site, name="purchase", properties={"value": "number"})
    viewed = {"product_id": "text", "category": "text"}
    EventType.objects.create(site=site, name="product_viewed", properties=viewed)
    page = RuleBuilderPage(chromium, live_server.url)
    page.sign_in()
    return page


def name_kinds(entry: ReadyMade) -> str:
    """“vips-event_aggregate”: the entry and the kinds of its conditions."""
    root = parse_rule({"version": 1, "root": entry.root}).root
    kinds = dict.fromkeys(node.type for node in list_conditions(root) if node.type != "group")
    return "-".join([entry.key, *(["location"] if entry.miles else []), *kinds])


def begin_with_a_group(root: dict[str, Any]) -> dict[str, Any]:
    """The builder writes one condition as a group of one; they mean, and read, the same."""
    return root if root["type"] == "group" else {"type": "group", "match": "all", "conditions": [root]}


@pytest.mark.parametrize("entry", ENTRIES, ids=name_kinds)
def test_it_is_built_by_keyboard_alone_and_reads_back(
    page: RuleBuilderPage, site: Site, entry: ReadyMade
) -> None:
    rule = prefill_rule(entry, site)
    root = begin_with_a_group(rule["root"])
    keyboard = Keyboard(page.driver)
    page.open()
    page.name_it(entry.name, keyboard)
    page.build(plan_rule(root), keyboard)

    assert page.sentence == SENTENCES[entry.key] == describe_rule(parse_rule(rule), Names())

    page.save(keyboard)
    page.wait_for(lambda: Segment.objects.filter(name=entry.name).exists())
    assert Segment.objects.get().rule == {"version": 1, "root": root}


def test_no_sentence_is_about_an_entry_that_is_gone() -> None:
    assert SENTENCES.keys() == {entry.key for entry in ENTRIES}
