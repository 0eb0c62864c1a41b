"""How the rule builder behaves under the hands: focus, moving, chips, times, problems, narrow screens."""

import datetime as dt
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from segments.models import Segment
from subscribers.models import Attribute, Site
from tests import factories
from tests.browser.browsers import resize
from tests.browser.rule_builder_page import (
    Condition,
    Group,
    Keyboard,
    Mouse,
    RuleBuilderPage,
    add_button,
    control,
    items_of,
)
from tracking.models import EventType

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]

GOLD = {"type": "attribute", "key": "loyalty_tier", "operator": "equals", "value": "gold"}
RICH = {"type": "attribute", "key": "lifetime_value", "operator": "greater_than", "value": 1000}


@pytest.fixture
def chromium(chromium: webdriver.Chrome) -> webdriver.Chrome:
    """On the clock of New York."""
    chromium.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": "America/New_York"})
    return chromium


@pytest.fixture
def page(chromium: webdriver.Chrome, live_server: LiveServer, site: Site) -> RuleBuilderPage:
    factories.make_attribute(site, "loyalty_tier")
    factories.make_attribute(site, "lifetime_value", Attribute.Type.NUMBER)
    factories.make_attribute(site, "renewal", Attribute.Type.TIME)
    factories.make_subscriber(site, attributes={"loyalty_tier": "gold"})
    page = RuleBuilderPage(chromium, live_server.url)
    page.sign_in()
    return page


@pytest.fixture
def mouse(chromium: webdriver.Chrome) -> Mouse:
    return Mouse(chromium)


@pytest.fixture
def keyboard(chromium: webdriver.Chrome) -> Keyboard:
    return Keyboard(chromium)


def rule_of(*conditions: dict[str, Any], **group: Any) -> dict[str, Any]:
    root = {"type": "group", "match": "all", **group, "conditions": list(conditions)}
    return {"version": 1, "root": root}


def open_segment(page: RuleBuilderPage, site: Site, *conditions: dict[str, Any]) -> Segment:
    segment = factories.make_segment(site, rule_of(*conditions))
    page.open(f"{segment.pk}/change/")
    return segment


def test_every_kind_of_condition_is_shown_and_saved_as_it_was(page: RuleBuilderPage, site: Site) -> None:
    other = factories.make_segment(site, name="Big spenders")
    factories.make_place(site)
    EventType.objects.create(site=site, name="add_to_cart", properties={"price": "number"})
    count = {"operator": "between", "values": [2, 5]}
    conditions: list[dict[str, Any]] = [
        GOLD,
        {"type": "attribute", "key": "loyalty_tier", "operator": "in", "values": ["gold", "silver"]},
        {"type": "attribute", "key": "never_seen", "operator": "equals", "value": 7},
        {"type": "attribute", "key": "renewal", "operator": "before", "value": "2026-11-21T10:00:30Z"},
        {"type": "attribute", "key": "renewal", "operator": "within_next", "value": {"days": 3}},
        {"type": "profile", "field": "country", "operator": "not_in", "values": ["DE", "XK"]},
        {"type": "device", "field": "kind", "operator": "equals", "value": "tablet"},
        {"type": "channel", "channel": "web_push", "state": "subscribed", "within": {"last": {"weeks": 2}}},
        {"type": "channel", "channel": "web_push", "state": "never"},
        {
            "type": "location",
            "near": [{"lat": 52.52, "lon": 13.405, "name": "Berlin store"}, {"lat": 1.5, "lon": -2.5}],
            "radius": {"km": 2.5},
        },
        {
            "type": "event",
            "event": "add_to_cart",
            "count": count,
            "within": {"between_ago": [{"days": 14}, {"days": 7}]},
            "where": [{"property": "price", "operator": "greater_than", "value": 50}],
        },
        {
            "type": "page_view",
            "url": {"operator": "contains", "value": "/sale/"},
            "count": count,
            "within": {"calendar": "this_week"},
        },
        {"type": "page_view", "count": {"operator": "equals", "value": 3}},
        {
            "type": "message",
            "activity": "clicked",
            "campaign": 12,
            "count": {"operator": "at_most", "value": 0},
            "within": {"since": "2026-11-01T08:00:00Z"},
        },
        {
            "type": "message",
            "activity": "sent",
            "count": {"operator": "at_least", "value": 1},
            "within": {"between": ["2026-11-01T08:00:00Z", "2026-11-02T08:00:00Z"]},
        },
        {"type": "segment", "segment": other.pk, "member": False},
        {"type": "group", "match": "at_least", "n": 1, "conditions": [GOLD, RICH]},
    ]
    open_segment(page, site, *conditions)
    assert page.rule == rule_of(*conditions)


def test_no_code_words_are_shown(page: RuleBuilderPage, site: Site, mouse: Mouse) -> None:
    factories.make_event(factories.make_subscriber(site), "$session_start")
    page.open()
    page.build(Group("all", [Condition("Event", {"Event": "Visited the site"})]), mouse)
    shown = page.find(".rule-tree").text
    assert "Visited the site" in shown
    assert not set(shown) & {"$", "_", "{"}


def test_adding_moves_the_focus_into_what_was_added_and_says_so(page: RuleBuilderPage, mouse: Mouse) -> None:
    page.open()
    mouse.press(add_button(page.outermost, "Condition"))
    assert page.focused == "Kind of condition"
    assert page.announcement == "Condition added. 1 condition in this group."
    mouse.press(add_button(page.outermost, "Group"))
    assert page.focused == "Match"
    assert page.announcement == "Group added. 2 conditions in this group."


def test_removing_moves_the_focus_to_a_neighbour_and_in_the_end_to_the_button(
    page: RuleBuilderPage, site: Site, keyboard: Keyboard
) -> None:
    open_segment(page, site, GOLD, RICH)
    keyboard.press(control(page.conditions[0], "Remove this condition"))
    assert page.rule == rule_of(RICH)
    assert page.focused == "Kind of condition"
    keyboard.press(control(page.conditions[0], "Remove this condition"))
    assert page.rule == rule_of()
    assert page.focused == "+ Condition"
    assert page.announcement == "Condition removed. 0 conditions in this group."


def test_alt_and_an_arrow_move_a_condition_within_its_group(
    page: RuleBuilderPage, site: Site, keyboard: Keyboard, chromium: webdriver.Chrome
) -> None:
    open_segment(page, site, GOLD, RICH)
    keyboard.reach(control(page.conditions[0], "loyalty tier"))
    ActionChains(chromium).key_down(Keys.ALT).send_keys(Keys.ARROW_DOWN).key_up(Keys.ALT).perform()
    assert page.rule == rule_of(RICH, GOLD)
    assert (page.focused, page.announcement) == ("loyalty tier", "Moved to place 2 of 2.")
    ActionChains(chromium).key_down(Keys.ALT).send_keys(Keys.ARROW_UP).key_up(Keys.ALT).perform()
    assert page.rule == rule_of(GOLD, RICH)


def test_a_chip_is_taken_away_with_its_button(page: RuleBuilderPage, site: Site, mouse: Mouse) -> None:
    open_segment(
        page, site, {"type": "profile", "field": "country", "operator": "in", "values": ["DE", "AT"]}
    )
    mouse.press(control(page.outermost, "Remove Germany"))
    assert page.rule["root"]["conditions"][0]["values"] == ["AT"]


def test_a_country_that_does_not_exist_is_not_taken(page: RuleBuilderPage, site: Site, mouse: Mouse) -> None:
    open_segment(page, site, {"type": "profile", "field": "country", "operator": "in", "values": ["DE"]})
    entry = control(page.outermost, "country: add one")
    mouse.enter(entry, ["Atlantis"])
    assert page.rule["root"]["conditions"][0]["values"] == ["DE"]
    assert entry.get_property("validationMessage") == "“Atlantis” is not in the list."


def test_times_are_given_on_the_sites_clock_whatever_the_browsers(
    page: RuleBuilderPage, site: Site, chromium: webdriver.Chrome
) -> None:
    open_segment(
        page,
        site,
        {"type": "attribute", "key": "renewal", "operator": "after", "value": "2026-07-01T10:00:00Z"},
    )
    entry = control(page.outermost, "renewal (Europe/Berlin time)")
    assert entry.get_property("value") == "2026-07-01T12:00"
    given = {
        "2026-12-01T12:00": "2026-12-01T11:00:00.000Z",
        "2026-03-29T02:30": "2026-03-29T01:30:00.000Z",  # skipped by the clock: as long after the gap
        "2026-10-25T02:30": "2026-10-25T00:30:00.000Z",  # there twice: the first
    }
    for wall, instant in given.items():
        script = "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input', {bubbles: true}))"
        chromium.execute_script(script, entry, wall)
        saved = dt.datetime.fromisoformat(page.rule["root"]["conditions"][0]["value"])
        assert saved == dt.datetime.fromisoformat(instant)


def test_what_is_not_finished_is_neither_counted_nor_saved(
    page: RuleBuilderPage, site: Site, mouse: Mouse
) -> None:
    page.open()
    page.name_it("Half made", mouse)
    page.build(Group("all", [Condition("Attribute", {"Attribute": "lifetime value"})]), mouse)
    assert "Finish the condition" in page.preview
    page.save(mouse)
    assert page.focused == "lifetime value"
    assert not Segment.objects.exists()


def test_what_the_server_refuses_is_said_beside_the_condition(
    page: RuleBuilderPage, site: Site, mouse: Mouse
) -> None:
    segment = open_segment(page, site, GOLD, {"type": "segment", "segment": 999})
    page.wait_for(lambda: "does not exist" in page.conditions[1].text)
    page.save(mouse)
    page.wait_for(lambda: page.driver.find_elements("css selector", ".errorlist"))
    page.wait_for(lambda: "does not exist" in page.conditions[1].text)
    assert "does not exist" not in page.conditions[0].text
    segment.refresh_from_db()
    assert segment.status == Segment.Status.BUILDING


def test_choosing_another_site_offers_what_that_one_knows(
    page: RuleBuilderPage, site: Site, mouse: Mouse
) -> None:
    second = factories.make_site(name="Second shop")
    factories.make_attribute(second, "shoe_size", Attribute.Type.NUMBER)
    page.driver.get(f"{page.address}/admin/segments/segment/add/")
    page.wait_for(lambda: "Choose a site first" in page.preview)
    mouse.enter(page.find("#id_site"), "Second shop")
    page.wait_for(lambda: page.driver.find_elements("css selector", ".rule-group"))
    page.build(Group("all", [Condition("Attribute", {"Attribute": "shoe size", "shoe size": "42"})]), mouse)
    assert page.count == "0 people"


def test_an_answer_to_an_older_question_is_not_shown(
    page: RuleBuilderPage, site: Site, mouse: Mouse, chromium: webdriver.Chrome
) -> None:
    open_segment(page, site, GOLD)
    assert page.count == "1 person"
    # The answer about “silver” is held back until that about “bronze” has come.
    chromium.execute_script("""
      const real = window.fetch;
      window.fetch = async (url, options) => {
        const answer = await real(url, {...options, signal: undefined});
        if (String(options?.body).includes("gold")) await new Promise((done) => (window.release = done));
        return answer;
      };""")
    value = control(page.outermost, "loyalty tier")
    mouse.enter(value, "goldX")
    page.wait_for(lambda: chromium.execute_script("return Boolean(window.release)"))
    mouse.enter(value, "bronze")
    page.wait_for(lambda: "bronze" in page.sentence)
    chromium.execute_script("window.release()")
    assert "bronze" in page.sentence


def test_enter_in_a_field_does_not_save_the_segment(
    page: RuleBuilderPage, site: Site, keyboard: Keyboard
) -> None:
    open_segment(page, site, GOLD)
    address = page.driver.current_url
    keyboard.reach(control(page.outermost, "loyalty tier"))
    keyboard.type(Keys.ENTER)
    assert page.count == "1 person"
    assert page.driver.current_url == address


def test_a_narrow_screen_needs_no_scrolling_sideways(page: RuleBuilderPage, site: Site) -> None:
    resize(page.driver, 360, 800)
    inner = {"type": "group", "match": "none", "conditions": [GOLD, RICH]}
    middle = {"type": "group", "match": "any", "conditions": [RICH, inner]}
    open_segment(page, site, GOLD, middle)
    assert page.count
    assert len(items_of(page.outermost)) == 2
    widths = "return [document.documentElement.scrollWidth, window.innerWidth]"
    content, window = page.driver.execute_script(widths)
    assert content <= window


def test_without_javascript_the_page_says_that_it_needs_it(
    page: RuleBuilderPage, chromium: webdriver.Chrome
) -> None:
    chromium.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        chromium.get(f"{page.address}/admin/segments/segment/add/")
        source = page.find("[data-rule-builder]").get_attribute("textContent") or ""
    finally:
        chromium.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert "This page needs JavaScript to build a segment" in source
