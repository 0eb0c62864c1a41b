"""The rule builder is for everybody: names for those who listen, Tab in reading order, words for what is missing, phones."""

from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer
from selenium import webdriver
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from segments.gallery import GALLERY
from segments.models import Segment
from subscribers.models import Attribute, Site
from tests import factories
from tests.browser.browsers import WIDTHS
from tests.browser.example_kinds import BUILT, SHAPES, Node
from tests.browser.rule_builder_page import Condition, Group, Keyboard, Mouse, RuleBuilderPage, control
from tracking.models import EventType

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]

EVERY_KIND: list[Node] = [
    *SHAPES,
    *(built.node for built in BUILT.values()),
    *(entry.root for entries in GALLERY.values() for entry in entries),
    {"type": "segment", "segment": 1},
    {"type": "channel", "channel": "web_push", "state": "never"},
]
COVERED = """
    const cut = [], covered = [];
    for (const item of document.querySelectorAll(".rule-condition, .rule-match")) {
      const boxes = [...item.parentElement.querySelectorAll("select, input, textarea, button")]
        .filter((each) => each.offsetParent && each.closest(".rule-condition, .rule-match, .rule-row") )
        .map((each) => ({ name: each.ariaLabel ?? each.textContent, box: each.getBoundingClientRect() }));
      cut.push(...boxes.filter(({ box }) => box.left < 0 || box.right > document.documentElement.clientWidth));
      for (const one of boxes) for (const other of boxes) {
        if (one === other) continue;
        const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
        const down = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
        if (across > 1 && down > 1) covered.push(`${one.name} / ${other.name}`);
      }
    }
    return [cut.map(({ name }) => name), [...new Set(covered)]];
"""


@pytest.fixture
def page(chromium: webdriver.Chrome, live_server: LiveServer, site: Site) -> RuleBuilderPage:
    factories.make_attribute(site, "loyalty_tier")
    factories.make_attribute(site, "lifetime_value", Attribute.Type.NUMBER)
    factories.make_attribute(site, "birthday", Attribute.Type.TIME)
    factories.make_place(site)
    factories.make_place(site, name="Vienna store", latitude=48.2, longitude=16.4)
    properties = {"value": "number", "category": "text", "product_id": "text"}
    for name in ("product_viewed", "add_to_cart", "purchase"):
        EventType.objects.create(site=site, name=name, properties=properties)
    page = RuleBuilderPage(chromium, live_server.url)
    page.sign_in()
    return page


def open_segment(page: RuleBuilderPage, site: Site, *conditions: Node) -> None:
    rule = {"version": 1, "root": {"type": "group", "match": "all", "conditions": list(conditions)}}
    page.open(f"{factories.make_segment(site, rule).pk}/change/")


def list_stops(page: RuleBuilderPage) -> list[WebElement]:
    """What can be operated in the builder, from top to bottom."""
    script = """
        const found = document.querySelectorAll(".rule-tree :is(select, input, textarea, button)");
        return [...found].filter((each) => each.checkVisibility() && !each.disabled);
    """
    return page.driver.execute_script(script)  # type: ignore[no-any-return]  # a list of elements


def describe(element: WebElement, page: RuleBuilderPage) -> Any:
    """The text that a control is described by, for those who listen."""
    script = "return document.getElementById(arguments[0].getAttribute('aria-describedby'))?.textContent"
    return page.driver.execute_script(script, element)


def test_every_control_of_every_kind_has_a_name_in_plain_words(page: RuleBuilderPage, site: Site) -> None:
    open_segment(page, site, *EVERY_KIND)

    names = [(each.tag_name, each.accessible_name) for each in list_stops(page)]

    assert len(names) > 3 * len(EVERY_KIND)
    assert [tag for tag, name in names if not name.strip()] == []
    assert [name for _, name in names if set(name) & {"$", "_", "{"}] == []


def test_every_condition_and_group_is_a_named_group(page: RuleBuilderPage, site: Site) -> None:
    open_segment(page, site, SHAPES[0], {"type": "group", "match": "any", "conditions": [SHAPES[3]]})

    groups = page.driver.find_elements("css selector", ".rule-tree [role=group]")

    assert [each.accessible_name for each in groups] == ["The rule", "Condition", "Group", "Condition"]


def test_tab_goes_through_the_builder_in_reading_order(page: RuleBuilderPage, site: Site) -> None:
    group = {"type": "group", "match": "at_least", "n": 1, "conditions": [SHAPES[9], SHAPES[11]]}
    open_segment(page, site, SHAPES[1], SHAPES[7], SHAPES[16], group)
    keyboard = Keyboard(page.driver)
    stops = list_stops(page)
    keyboard.reach(stops[0])

    reached = [stops[0]]
    while reached[-1] != stops[-1] and len(reached) <= len(stops):
        keyboard.type(Keys.TAB)
        now = page.driver.switch_to.active_element
        if now != reached[-1]:  # a time of day is several stops of one control
            reached.append(now)

    assert [each.accessible_name for each in reached] == [each.accessible_name for each in stops]


def test_what_a_control_lacks_is_said_beside_it_when_somebody_saves(
    page: RuleBuilderPage, site: Site
) -> None:
    mouse = Mouse(page.driver)
    page.open()
    page.name_it("Half made", mouse)
    chosen = {"Attribute": "lifetime value"}
    page.build(Group("all", [Condition("Attribute", chosen), Condition("Event", {})]), mouse)
    value, event = control(page.outermost, "lifetime value"), control(page.outermost, "Event")
    assert (describe(value, page), describe(event, page)) == (None, None)

    page.save(mouse)
    assert (describe(value, page), describe(event, page)) == ("Fill this in.", "Choose one.")
    assert page.conditions[0].text.count("Fill this in.") == 1
    assert page.focused == "lifetime value"
    assert not Segment.objects.exists()

    mouse.enter(value, "5")
    assert (describe(value, page), describe(event, page)) == (None, "Choose one.")
    assert "Fill this in." not in page.outermost.text


def test_a_value_that_is_not_taken_is_explained_beside_its_field_and_read_out(
    page: RuleBuilderPage, site: Site
) -> None:
    country = {"type": "profile", "field": "country", "operator": "in", "values": ["DE"]}
    open_segment(page, site, country)
    keyboard = Keyboard(page.driver)
    entry = control(page.outermost, "country: add one")

    keyboard.enter(entry, ["Atlantis"])
    assert "“Atlantis” is not in the list." in page.conditions[0].text
    assert describe(entry, page) == page.announcement == "“Atlantis” is not in the list."

    keyboard.type(Keys.BACKSPACE)
    assert "Atlantis" not in page.conditions[0].text


def test_an_empty_group_says_so_and_asks_for_a_condition_when_somebody_saves(
    page: RuleBuilderPage, site: Site
) -> None:
    open_segment(page, site, {"type": "group", "match": "any", "conditions": []})
    asked = "Add a condition to this group, or remove it."
    assert "Nothing in this group yet." in page.conditions[0].text
    assert asked not in page.conditions[0].text

    page.save(Mouse(page.driver))

    assert asked in page.conditions[0].text
    assert page.focused == "Match"


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_cut_off_or_covered(page: RuleBuilderPage, site: Site, width: int) -> None:
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    page.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    open_segment(page, site, *EVERY_KIND)

    assert page.driver.execute_script(COVERED) == [[], []]
