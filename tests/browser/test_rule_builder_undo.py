"""Undo and redo, duplicates, groups around a condition, and the question before unsaved work is left."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from segments.models import Segment
from subscribers.models import Attribute, Site
from tests import factories
from tests.browser.browsers import open_chromium, require_chromium
from tests.browser.rule_builder_page import Keyboard, Mouse, RuleBuilderPage, add_button, control

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]

GOLD = {"type": "attribute", "key": "tier", "operator": "equals", "value": "gold"}
RICH = {"type": "attribute", "key": "value", "operator": "at_least", "value": 9007199254740993}
TIERS = {"type": "attribute", "key": "tier", "operator": "in", "values": ["gold"]}
LEAVE = "const leaving = new Event('beforeunload', {cancelable: true}); dispatchEvent(leaving); return leaving.defaultPrevented"


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    require_chromium()
    driver = open_chromium(tmp_path_factory.mktemp("chromium"))
    yield driver
    driver.quit()


@pytest.fixture
def page(chromium: webdriver.Chrome, live_server: LiveServer, site: Site) -> RuleBuilderPage:
    factories.make_attribute(site, "tier")
    factories.make_attribute(site, "value", Attribute.Type.NUMBER)
    page = RuleBuilderPage(chromium, live_server.url)
    page.sign_in()
    return page


def open_segment(page: RuleBuilderPage, site: Site, *nodes: dict[str, Any]) -> Segment:
    rule = {"version": 1, "root": {"type": "group", "match": "all", "conditions": list(nodes)}}
    segment = factories.make_segment(site, rule)
    page.open(f"{segment.pk}/change/")
    return segment


def nodes(page: RuleBuilderPage) -> list[dict[str, Any]]:
    return page.rule["root"]["conditions"]  # type: ignore[no-any-return]


def chord(page: RuleBuilderPage, *keys: str) -> None:
    *held, last = keys
    actions = ActionChains(page.driver)
    for key in held:
        actions.key_down(key)
    actions.send_keys(last)
    for key in held:
        actions.key_up(key)
    actions.perform()


def undo(page: RuleBuilderPage) -> None:
    chord(page, Keys.CONTROL, "z")


def is_asked_before_leaving(page: RuleBuilderPage) -> bool:
    return bool(page.driver.execute_script(LEAVE))


def test_what_was_removed_comes_back_with_the_focus_on_it(page: RuleBuilderPage, site: Site) -> None:
    open_segment(page, site, GOLD, RICH)
    Mouse(page.driver).press(control(page.conditions[1], "Remove this condition"))
    assert nodes(page) == [GOLD]

    undo(page)
    assert nodes(page) == [GOLD, RICH]
    assert (page.focused, page.announcement) == ("Kind of condition", "Undone: Condition removed.")
    for keys in ((Keys.CONTROL, Keys.SHIFT, "z"), (Keys.CONTROL, "y")):
        chord(page, *keys)
        assert (nodes(page), page.announcement) == ([GOLD], "Done again: Condition removed.")
        undo(page)
        assert nodes(page) == [GOLD, RICH]


def test_every_step_is_undone_in_turn_by_the_button(page: RuleBuilderPage, site: Site) -> None:
    open_segment(page, site, TIERS, RICH)
    mouse, keyboard = Mouse(page.driver), Keyboard(page.driver)
    seen = [page.rule]
    steps: list[Callable[[], object]] = [
        lambda: mouse.enter(control(page.outermost, "Match"), "any"),
        lambda: mouse.press(add_button(page.outermost, "Condition")),
        lambda: mouse.press(control(page.conditions[2], "Remove this condition")),
        lambda: mouse.enter(control(page.outermost, "tier: add one"), ["silver, bronze"]),
        lambda: mouse.press(control(page.outermost, "Remove gold")),
        lambda: mouse.enter(control(page.outermost, "value: comparison"), "is less than"),
        lambda: keyboard.reach(control(page.conditions[0], "Attribute")),
        lambda: chord(page, Keys.ALT, Keys.ARROW_DOWN),
    ]
    for step in steps:
        step()
        if page.rule != seen[-1]:
            seen.append(page.rule)
    assert len(seen) == 8
    button = page.find(".rule-steps-back button")
    for before in reversed(seen[:-1]):
        mouse.press(button)
        assert page.rule == before
        assert page.focused == "Undo"
    assert button.get_attribute("aria-disabled") == "true"


def test_a_new_edit_ends_what_could_be_done_again(page: RuleBuilderPage, site: Site) -> None:
    open_segment(page, site, GOLD)
    redo = page.driver.find_elements("css selector", ".rule-steps-back button")[1]
    Mouse(page.driver).enter(control(page.outermost, "Match"), "any")
    undo(page)
    assert redo.get_attribute("aria-disabled") == "false"
    Mouse(page.driver).enter(control(page.outermost, "Match"), "none")
    page.wait_for(lambda: redo.get_attribute("aria-disabled") == "true")
    chord(page, Keys.CONTROL, "y")
    assert page.rule["root"]["match"] == "none"


def test_within_a_field_the_browser_undoes_what_is_being_written(page: RuleBuilderPage, site: Site) -> None:
    open_segment(page, site, GOLD)
    keyboard = Keyboard(page.driver)
    Mouse(page.driver).enter(control(page.outermost, "Match"), "any")
    field = control(page.outermost, "tier")
    Mouse(page.driver).press(field)
    field.send_keys("en")
    for _ in range(4):
        if nodes(page) == [GOLD]:
            break
        undo(page)
        assert page.rule["root"]["match"] == "any"
    assert (nodes(page), page.focused) == ([GOLD], "tier")

    undo(page)
    assert page.rule["root"]["match"] == "all"

    field = control(page.outermost, "tier")
    Mouse(page.driver).press(field)
    field.send_keys("en")
    keyboard.type(Keys.TAB)
    undo(page)
    assert (nodes(page), page.focused) == ([GOLD], "tier")  # left, so that all of it was one step


def test_a_condition_is_duplicated_as_it_is(page: RuleBuilderPage, site: Site) -> None:
    open_segment(page, site, RICH, GOLD)
    Keyboard(page.driver).press(control(page.conditions[0], "Duplicate this condition"))
    assert nodes(page) == [RICH, RICH, GOLD]
    assert page.announcement == "Condition duplicated. 3 conditions in this group."
    assert page.driver.execute_script(
        "return arguments[0].contains(document.activeElement)", page.conditions[1]
    )
    undo(page)
    assert nodes(page) == [RICH, GOLD]


def test_a_condition_is_put_into_a_group_and_means_what_it_meant(page: RuleBuilderPage, site: Site) -> None:
    open_segment(page, site, GOLD, RICH)
    Mouse(page.driver).press(control(page.conditions[1], "Put this condition into a group"))
    assert nodes(page) == [GOLD, {"type": "group", "match": "any", "conditions": [RICH]}]
    assert page.focused == "Match"
    Mouse(page.driver).press(control(page.conditions[1], "Duplicate this group"))
    assert len(nodes(page)) == 3
    undo(page)
    undo(page)
    assert nodes(page) == [GOLD, RICH]


def test_nobody_is_asked_before_leaving_what_is_saved(page: RuleBuilderPage, site: Site) -> None:
    open_segment(page, site, GOLD, RICH)
    assert not is_asked_before_leaving(page)
    Mouse(page.driver).enter(control(page.outermost, "Match"), "any")
    assert is_asked_before_leaving(page)
    undo(page)
    assert not is_asked_before_leaving(page)
    page.name_it("Another name", Mouse(page.driver))
    assert is_asked_before_leaving(page)


def test_words_of_a_list_are_asked_for_too(page: RuleBuilderPage, site: Site) -> None:
    people = factories.make_list(site, name="VIPs")
    page.driver.get(f"{page.address}/admin/segments/segment/{people.pk}/change/")
    page.wait_for(lambda: page.driver.execute_script("return document.readyState") == "complete")
    assert not is_asked_before_leaving(page)
    page.name_it("Very important people", Mouse(page.driver))
    assert is_asked_before_leaving(page)


def test_nobody_is_asked_before_leaving_an_empty_form(page: RuleBuilderPage, site: Site) -> None:
    page.open()
    assert page.count == "0 people"
    assert not is_asked_before_leaving(page)


def test_what_comes_back_with_a_problem_is_not_saved_either(page: RuleBuilderPage, site: Site) -> None:
    factories.make_segment(site, name="Taken")
    page.open()
    mouse = Mouse(page.driver)
    page.name_it("Taken", mouse)
    page.save(mouse)
    page.wait_for(lambda: page.driver.find_elements("css selector", ".errorlist, .errornote"))
    page.wait_for(lambda: page.driver.find_elements("css selector", ".rule-group"))
    assert is_asked_before_leaving(page)
    page.name_it("Free", mouse)
    page.save(mouse)
    page.wait_for(lambda: Segment.objects.filter(name="Free").exists())
    page.wait_for(lambda: "was added successfully" in page.driver.page_source)
