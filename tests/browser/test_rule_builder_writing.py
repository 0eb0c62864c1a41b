"""Writing values and names into the rule builder: numbers of every notation, pasted lists, what nobody has seen yet."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select

from segments.models import Segment
from subscribers.models import Attribute, Site
from tests import factories
from tests.browser.browsers import open_chromium, require_chromium
from tests.browser.rule_builder_page import Condition, Group, Keyboard, Mouse, RuleBuilderPage, control
from tracking.models import EventType

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]

VALUE = {"type": "attribute", "key": "value", "operator": "at_least", "value": 5}
TIERS = {"type": "attribute", "key": "tier", "operator": "in", "values": ["gold"]}
VALUES = {"type": "attribute", "key": "value", "operator": "in", "values": [5]}
PASTE = """
const [field, text] = arguments;
const data = new DataTransfer();
data.setData("text/plain", text);
field.focus();
return field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));"""


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
    factories.make_attribute(site, "interests", Attribute.Type.LIST)
    sizes = factories.make_attribute(site, "sizes", Attribute.Type.LIST)
    sizes.element_type = Attribute.ElementType.NUMBER
    sizes.save()
    EventType.objects.create(site=site, name="buy", properties={"price": "number", "sizes": "list"})
    page = RuleBuilderPage(chromium, live_server.url)
    page.sign_in()
    return page


def open_segment(page: RuleBuilderPage, site: Site, *nodes: dict[str, Any]) -> None:
    rule = {"version": 1, "root": {"type": "group", "match": "all", "conditions": list(nodes)}}
    page.open(f"{factories.make_segment(site, rule).pk}/change/")


def first(page: RuleBuilderPage) -> dict[str, Any]:
    return page.rule["root"]["conditions"][0]  # type: ignore[no-any-return]


def tells(page: RuleBuilderPage, words: str) -> bool:
    return words in page.conditions[0].text


def write(page: RuleBuilderPage, field: WebElement, text: str) -> None:
    Keyboard(page.driver).enter(field, text)
    Keyboard(page.driver).type(Keys.TAB)


def test_numbers_are_read_as_they_are_meant_or_refused_with_a_sentence(
    page: RuleBuilderPage, site: Site
) -> None:
    read = {
        "1299,5": 1299.5, "1.299,50": 1299.5, "1,299.50": 1299.5, "1 299": 1299, "1,299,000": 1299000, "0,125": 0.125,
        "9007199254740993": 9007199254740993, "−5": -5, "٣": 3, "-1e21": -(10**21), "007": 7, ".5": 0.5,
    }  # fmt: skip
    refused = {
        "1,299": "Write 1299, or 1.299.",
        "12 apples": "is not a number",
        "0.1000000000000000055511": "Write 0.1.",
        "1e400": "is not a number",
        "9" * 31: "30 digits are the most",
    }
    open_segment(page, site, VALUE)
    field = control(page.outermost, "value")
    for text, number in read.items():
        write(page, field, text)
        assert first(page)["value"] == number, text
    for text, said in refused.items():
        write(page, field, text)
        page.wait_for(partial(tells, page, said))
        assert first(page)["value"] is None
        assert field.get_attribute("aria-invalid") == "true"


def test_how_often_is_a_whole_number(page: RuleBuilderPage, site: Site) -> None:
    open_segment(page, site, {"type": "event", "event": "buy", "count": {"operator": "at_least", "value": 3}})
    times = control(page.outermost, "Times")
    write(page, times, "1,5")
    page.wait_for(lambda: "This must be a whole number." in page.conditions[0].text)
    write(page, times, "4")
    Keyboard(page.driver).reach(times)
    page.driver.switch_to.active_element.send_keys(Keys.ARROW_UP)
    assert first(page)["count"]["value"] == 5


@pytest.mark.parametrize(
    ("pasted", "values"),
    [
        ("silver\nbronze\r\n\nblue, deep", ["gold", "silver", "bronze", "blue, deep"]),
        ("silver; bronze,x", ["gold", "silver", "bronze,x"]),
        (" silver , bronze,gold,", ["gold", "silver", "bronze"]),
        ('"Frankfurt, Main",Ulm', ["gold", "Frankfurt, Main", "Ulm"]),
        ("silver\tbronze", ["gold", "silver", "bronze"]),
    ],
)
def test_a_pasted_list_makes_that_many_values(
    page: RuleBuilderPage, site: Site, pasted: str, values: list[str]
) -> None:
    open_segment(page, site, TIERS)
    page.driver.execute_script(PASTE, control(page.outermost, "tier: add one"), pasted)
    assert first(page)["values"] == values
    assert page.announcement == f"{len(values) - 1} values added."


def test_pasted_numbers_are_read_one_by_one_and_what_is_none_stays_in_the_field(
    page: RuleBuilderPage, site: Site
) -> None:
    open_segment(page, site, VALUES)
    entry = control(page.outermost, "value: add one")
    page.driver.execute_script(PASTE, entry, "7\n1299,5\nmany")
    assert first(page)["values"] == [5, 7, 1299.5]
    assert entry.get_property("value") == "many"

    write(page, entry, "1299,5")
    page.wait_for(lambda: "may be one number or 2" in page.conditions[0].text)
    assert first(page)["values"] == [5, 7, 1299.5]
    write(page, entry, "8; 9")
    assert first(page)["values"] == [5, 7, 1299.5, 8, 9]


def test_a_list_of_numbers_is_asked_for_numbers_and_one_of_texts_for_texts(
    page: RuleBuilderPage, site: Site
) -> None:
    mouse = Mouse(page.driver)
    page.open()
    page.build(Group("all", [
        Condition("Attribute", {"Attribute": "sizes", "sizes": "42"}),
        Condition("Attribute", {"Attribute": "interests", "interests": "42"}),
    ]), mouse)  # fmt: skip
    assert [node["value"] for node in page.rule["root"]["conditions"]] == [42, "42"]


def test_a_list_of_an_event_is_asked_for_either(page: RuleBuilderPage, site: Site) -> None:
    where = [{"property": "sizes", "operator": "includes", "value": 42}]
    open_segment(page, site, {"type": "event", "event": "buy", "where": where})
    Mouse(page.driver).enter(control(page.outermost, "Sizes: entries"), "as text")
    assert first(page)["where"][0]["value"] == "42"
    Mouse(page.driver).enter(control(page.outermost, "Sizes: entries"), "as a number")
    assert first(page)["where"][0]["value"] == 42


def test_a_detail_is_compared_as_text_or_as_a_number(page: RuleBuilderPage, site: Site) -> None:
    mouse = Mouse(page.driver)
    where = [{"property": "price", "operator": "equals", "value": 42}]
    open_segment(page, site, {"type": "event", "event": "buy", "where": where})
    mouse.enter(control(page.outermost, "Price: comparison"), "equals (text)")
    mouse.enter(control(page.outermost, "Price"), "42")
    assert first(page)["where"] == [{"property": "price", "operator": "equals", "value": "42"}]


def test_another_field_of_the_same_kind_keeps_what_was_asked_of_the_first(
    page: RuleBuilderPage, site: Site
) -> None:
    factories.make_attribute(site, "plan")
    open_segment(page, site, {"type": "attribute", "key": "tier", "operator": "contains", "value": "go"})
    Mouse(page.driver).enter(control(page.outermost, "Attribute"), "plan")
    assert first(page) == {"type": "attribute", "key": "plan", "operator": "contains", "value": "go"}
    Mouse(page.driver).enter(control(page.outermost, "Attribute"), "value")
    assert first(page)["operator"] == "equals"


def test_a_text_is_kept_as_it_is_written(page: RuleBuilderPage, site: Site) -> None:
    open_segment(page, site, {"type": "attribute", "key": "tier", "operator": "starts_with", "value": "x"})
    write(page, control(page.outermost, "tier"), "New ")
    assert first(page)["value"] == "New "
    write(page, control(page.outermost, "tier"), "  ")
    page.wait_for(lambda: "blanks alone say nothing" in page.conditions[0].text)


def test_a_moved_condition_is_the_one_that_is_changed(page: RuleBuilderPage, site: Site) -> None:
    tests = [{"type": "attribute", "key": "tier", "operator": "equals", "value": value} for value in "abc"]
    open_segment(page, site, *tests)
    Keyboard(page.driver).reach(control(page.conditions[2], "tier"))
    ActionChains(page.driver).key_down(Keys.ALT).send_keys(Keys.ARROW_UP).key_up(Keys.ALT).perform()
    Mouse(page.driver).enter(control(page.conditions[1], "tier: comparison"), "contains")
    found = [(node["operator"], node["value"]) for node in page.rule["root"]["conditions"]]
    assert found == [("equals", "a"), ("contains", "c"), ("equals", "b")]


def test_what_nobody_has_seen_is_named_and_saved(page: RuleBuilderPage, site: Site) -> None:
    EventType.objects.all().delete()
    Attribute.objects.all().delete()
    keyboard = Keyboard(page.driver)
    page.open()
    page.name_it("Trials", keyboard)
    page.build(Group("all", [
        Condition("Event: did", {
            "Event": "Another event", "Name of the event": ["trial_started"], "+ Only where…": None,
            "Event detail": "Another detail", "Name of the detail": ["cart.total"],
            "Cart.total: comparison": "is at least (a number)", "Cart.total": "30",
        }),
        Condition("Attribute", {"Attribute": "Another attribute", "Name of the attribute": ["plan"], "plan": "pro"}),
    ]), keyboard)  # fmt: skip
    event, attribute = page.rule["root"]["conditions"]
    assert event["event"] == "trial_started"
    assert event["where"] == [{"property": "cart.total", "operator": "at_least", "value": 30}]
    assert attribute == {"type": "attribute", "key": "plan", "operator": "equals", "value": "pro"}
    assert page.count == "0 people"

    page.save(keyboard)

    page.wait_for(lambda: Segment.objects.filter(name="Trials").exists())


def test_an_event_is_announced_from_within_the_builder(page: RuleBuilderPage, site: Site) -> None:
    mouse = Mouse(page.driver)
    page.open()
    page.build(
        Group("all", [Condition("Event: did", {"Event": "Another event", "Name of the event": ["trial"]})]),
        mouse,
    )
    mouse.press(control(page.outermost, "Add event…"))
    page.find("dialog textarea").send_keys("When a trial begins")
    mouse.press(page.find("dialog button[type=submit]"))

    page.wait_for(lambda: page.announcement == "trial added.")

    event = EventType.objects.get(name="trial")
    assert (event.description, event.first_seen_at) == ("When a trial begins", None)
    offered = [option.text for option in Select(control(page.outermost, "Event")).options]
    assert "trial (not seen yet)" in offered
    assert first(page)["event"] == "trial"
    assert not page.driver.find_elements(By.CSS_SELECTOR, "dialog")


def test_a_name_of_our_own_is_refused_in_words(page: RuleBuilderPage, site: Site) -> None:
    page.open()
    named: dict[str, str | list[str] | None] = {"Event": "Another event", "Name of the event": ["$trial"]}
    page.build(Group("all", [Condition("Event: did", named)]), Mouse(page.driver))
    page.wait_for(lambda: "Write it without the $." in page.conditions[0].text)
