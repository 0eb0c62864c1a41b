"""Each kind of condition beyond the first ones: built by hand, and shown again as it was saved."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from segments.preview import preview_rule
from subscribers.attribute_values import write_instant
from subscribers.models import Attribute, Site
from tests import factories
from tests.browser.browsers import resize
from tests.browser.example_kinds import BUILT, SHAPES, Node
from tests.browser.rule_builder_page import Group, Keyboard, Mouse, RuleBuilderPage, control
from tracking.models import EventType

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def page(chromium: webdriver.Chrome, live_server: LiveServer, site: Site) -> RuleBuilderPage:
    populate(site)
    page = RuleBuilderPage(chromium, live_server.url)
    page.sign_in()
    return page


@pytest.fixture
def mouse(chromium: webdriver.Chrome) -> Mouse:
    return Mouse(chromium)


@pytest.fixture
def keyboard(chromium: webdriver.Chrome) -> Keyboard:
    return Keyboard(chromium)


def populate(site: Site) -> None:
    """Three people: a big spender in Berlin, one in Vienna who left a cart, one who did nothing at all."""
    now = timezone.now()
    factories.make_attribute(site, "birthday", Attribute.Type.TIME)
    factories.make_place(site)
    factories.make_place(site, name="Vienna store", latitude=48.2, longitude=16.4)
    properties = {"value": "number", "category": "text", "product_id": "text"}
    for name in ("product_viewed", "add_to_cart", "purchase"):
        EventType.objects.create(site=site, name=name, properties=properties)
    born = (now + dt.timedelta(days=3)).replace(year=1996)  # a leap year: every day is in it
    spender = factories.make_subscriber(
        site, latitude=52.52, longitude=13.405, attributes={"birthday": write_instant(born)}
    )
    leaver = factories.make_subscriber(site, latitude=48.2, longitude=16.4)
    factories.make_subscriber(site)
    factories.make_event(spender, "purchase", now - dt.timedelta(days=3), value=400, category="shoes")
    factories.make_event(spender, "purchase", now - dt.timedelta(days=30), value=200, category="hats")
    for hours in (70, 50, 2):
        factories.make_event(spender, "product_viewed", now - dt.timedelta(hours=hours), product_id="boot")
    factories.make_event(leaver, "purchase", now - dt.timedelta(days=60), value=20, category="shoes")
    factories.make_event(leaver, "product_viewed", now - dt.timedelta(hours=6), product_id="cap")
    factories.make_event(leaver, "product_viewed", now - dt.timedelta(hours=5), product_id="boot")
    factories.make_event(leaver, "add_to_cart", now - dt.timedelta(hours=4), value=10)


def rule_of(*conditions: Node) -> Node:
    return {"version": 1, "root": {"type": "group", "match": "all", "conditions": list(conditions)}}


def open_segment(page: RuleBuilderPage, site: Site, *conditions: Node) -> None:
    segment = factories.make_segment(site, rule_of(*conditions))
    page.open(f"{segment.pk}/change/")


def read_node(page: RuleBuilderPage) -> Any:
    return page.rule["root"]["conditions"][0]


def complaint(element: WebElement) -> Any:
    """What a control says is wrong with it."""
    return element.get_property("validationMessage")


def sequence_of(*events: str) -> Node:
    return {"type": "event_sequence", "steps": [{"event": event} for event in events]}


def press_with_alt(driver: webdriver.Chrome, key: str) -> None:
    ActionChains(driver).key_down(Keys.ALT).send_keys(key).key_up(Keys.ALT).perform()


def test_every_shape_is_shown_and_saved_as_it_was(page: RuleBuilderPage, site: Site) -> None:
    open_segment(page, site, *SHAPES)
    assert page.rule == rule_of(*SHAPES)


def test_every_shape_is_a_rule_whose_sentence_is_shown(page: RuleBuilderPage, site: Site) -> None:
    open_segment(page, site, *SHAPES)
    assert page.sentence == preview_rule(site, rule_of(*SHAPES), as_of=timezone.now()).sentence


@pytest.mark.parametrize("name", BUILT)
def test_it_is_built_by_hand(page: RuleBuilderPage, site: Site, name: str) -> None:
    built = BUILT[name]
    hand = Mouse(page.driver) if built.way == "mouse" else Keyboard(page.driver)
    page.open()
    page.build(Group("all", [built.condition]), hand)
    assert read_node(page) == built.node

    expected = preview_rule(site, page.rule, as_of=timezone.now())
    people = "1 person" if expected.count == 1 else f"{expected.count} people"
    assert (page.count, page.sentence) == (people, expected.sentence)
    assert built.count in {None, expected.count}


def test_only_numbers_can_be_added_up(page: RuleBuilderPage, site: Site, mouse: Mouse) -> None:
    node = {**SHAPES[0], "function": "distinct", "property": "category"}
    open_segment(page, site, node)
    mouse.enter(control(page.outermost, "What to work out"), "total of")
    detail = control(page.outermost, "Detail")
    assert [option.text for option in detail.find_elements(By.TAG_NAME, "option")] == [
        "Choose a detail…",
        "Value",
        "Another detail, not seen yet…",
    ]
    assert read_node(page)["property"] == ""
    assert "Finish the condition" in page.preview


def test_a_detail_that_the_other_event_has_too_stays_chosen(
    page: RuleBuilderPage, site: Site, mouse: Mouse
) -> None:
    open_segment(page, site, SHAPES[0])
    mouse.enter(control(page.outermost, "Event"), "add to cart")
    assert read_node(page) == {**SHAPES[0], "event": "add_to_cart"}


def test_steps_are_moved_by_keyboard_within_their_sequence(
    page: RuleBuilderPage, site: Site, keyboard: Keyboard
) -> None:
    open_segment(page, site, sequence_of("product_viewed", "add_to_cart"), SHAPES[-1])
    keyboard.reach(control(page.outermost, "Event (2)"))
    press_with_alt(page.driver, Keys.ARROW_UP)
    assert page.rule == rule_of(sequence_of("add_to_cart", "product_viewed"), SHAPES[-1])
    assert (page.focused, page.announcement) == ("Event", "Moved to place 1 of 2.")
    keyboard.press(control(page.outermost, "Move this step down"))
    assert page.rule == rule_of(sequence_of("product_viewed", "add_to_cart"), SHAPES[-1])
    assert page.focused == "Move this step down"


def test_a_sequence_has_two_to_six_steps(page: RuleBuilderPage, site: Site, keyboard: Keyboard) -> None:
    open_segment(page, site, sequence_of(*["purchase"] * 5))
    more = control(page.outermost, "+ Then…")
    keyboard.press(more)
    assert (page.focused, page.announcement) == ("Did or did not", "Another step added.")
    assert not more.is_displayed()
    for _ in range(4):
        keyboard.press(control(page.outermost, "Remove this step"))
    assert len(read_node(page)["steps"]) == 2
    assert not control(page.outermost, "Remove this step").is_displayed()
    assert more.is_displayed()


def test_some_step_has_to_be_something_they_did(page: RuleBuilderPage, site: Site, mouse: Mouse) -> None:
    open_segment(page, site, sequence_of("add_to_cart", "purchase"))
    for label in ("Did or did not", "Did or did not (2)"):
        mouse.enter(control(page.outermost, label), "did not do")
    assert "Finish the condition" in page.preview
    assert "at least one of the steps" in complaint(control(page.outermost, "Did or did not"))
    mouse.enter(control(page.outermost, "Did or did not"), "did")
    assert page.count == "1 person"


def test_a_place_can_be_taken_away_again(page: RuleBuilderPage, site: Site, mouse: Mouse) -> None:
    open_segment(page, site, BUILT["two places"].node)
    mouse.press(control(page.outermost, "Remove this place (2)"))
    assert read_node(page)["near"] == [{"name": "Vienna store", "lat": 48.2, "lon": 16.4}]


def test_a_point_that_is_moved_does_not_keep_its_old_name(
    page: RuleBuilderPage, site: Site, mouse: Mouse
) -> None:
    open_segment(
        page,
        site,
        {"type": "location", "near": {"lat": 1, "lon": 2, "name": "Old shop"}, "radius": {"km": 1}},
    )
    mouse.enter(control(page.outermost, "Latitude"), "5")
    assert read_node(page)["near"] == {"lat": 5, "lon": 2}


@pytest.mark.parametrize(
    ("corners", "words"),
    [
        ("52.6, 13.2\nBerlin\n52.4, 13.4", "Line 2: “Berlin” is no corner."),
        ("52.6, 13.2\n92, 13.4\n52.4, 13.4", "Line 2: a latitude is from -90 to 90, not 92."),
        ("52.6, 13.2\n52.6, 190\n52.4, 13.4", "Line 2: a longitude is from -180 to 180, not 190."),
        ("52.6, 13.2\n52.6, 13.6", "An area has at least 3 corners; there are 2 so far."),
    ],
)
def test_corners_that_are_wrong_are_said_in_words(
    page: RuleBuilderPage, site: Site, mouse: Mouse, corners: str, words: str
) -> None:
    open_segment(page, site, BUILT["an area"].node)
    mouse.enter(control(page.outermost, "Corners of the area"), corners)
    assert words in page.outermost.text
    assert words in complaint(control(page.outermost, "Corners of the area"))
    assert "Finish the condition" in page.preview


def test_an_area_is_drawn_with_the_sites_places(page: RuleBuilderPage, site: Site) -> None:
    open_segment(page, site, BUILT["an area"].node)
    picture = page.find(".rule-outline svg")
    assert picture.accessible_name == "Outline of the area, with 3 corners"
    assert len(picture.find_elements(By.TAG_NAME, "circle")) == 2


def test_a_share_ends_above_where_it_begins(page: RuleBuilderPage, site: Site, mouse: Mouse) -> None:
    open_segment(page, site, BUILT["a share"].node)
    mouse.enter(control(page.outermost, "Share, to (percent)"), "12.5")
    assert "must end above" in complaint(control(page.outermost, "Share, to (percent)"))


def test_a_local_time_says_hours_or_days(page: RuleBuilderPage, site: Site, mouse: Mouse) -> None:
    open_segment(page, site, BUILT["hours and days"].node)
    hours = control(page.outermost, "Hours")
    mouse.enter(hours, "at any hour")
    assert read_node(page) == {"type": "local_time", "weekdays": ["monday", "saturday"]}
    for day in ("Monday", "Saturday"):
        mouse.press(control(page.outermost, day))
    assert "Choose some hours" in complaint(hours)


def test_no_code_words_are_shown(page: RuleBuilderPage, site: Site) -> None:
    open_segment(page, site, *(built.node for built in BUILT.values()))
    shown = page.find(".rule-tree").text
    assert "total of" in shown
    assert not set(shown) & {"$", "_", "{"}


def test_a_narrow_screen_needs_no_scrolling_sideways(page: RuleBuilderPage, site: Site) -> None:
    resize(page.driver, 360, 800)
    open_segment(page, site, *SHAPES)
    widths = "return [document.documentElement.scrollWidth, window.innerWidth]"
    content, window = page.driver.execute_script(widths)
    assert content <= window
