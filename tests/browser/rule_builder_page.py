"""The rule builder as people use it: what they see, and the two ways to work it, by mouse and by keyboard."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.test import Client
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait

from tests import factories

TIMEOUT = 15
MOST_TABS = 150


@dataclass(frozen=True)
class Condition:
    """What to choose as the kind, and then what to set in its controls, by their labels and in their order.

    “Event (2)” is the second control of that label. None presses a button, by its words, or ticks a box.
    """

    kind: str
    controls: Mapping[str, str | list[str] | None]


@dataclass(frozen=True)
class Group:
    match: str
    conditions: "list[Condition | Group]" = field(default_factory=list)
    n: int | None = None


class Hand(Protocol):
    """A way to work a page."""

    def press(self, element: WebElement) -> None: ...
    def enter(self, element: WebElement, value: str | list[str]) -> None: ...


class Mouse:
    """Clicks, and types only into what was clicked."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def press(self, element: WebElement) -> None:
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()

    def enter(self, element: WebElement, value: str | list[str]) -> None:
        if element.tag_name == "select":
            Select(element).select_by_index(option_at(element, str(value)))
            return
        self.press(element)
        if isinstance(value, list):
            for each in value:
                element.send_keys(each, Keys.ENTER)
        else:
            element.clear()
            element.send_keys(value)


class Keyboard:
    """Never touches the mouse: Tab to get to a control, arrows to choose, Enter to press, Space to tick."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def press(self, element: WebElement) -> None:
        self.reach(element)
        self.type(Keys.SPACE if element.tag_name == "input" else Keys.ENTER)

    def enter(self, element: WebElement, value: str | list[str]) -> None:
        self.reach(element)
        if element.tag_name == "select":
            self._choose(element, str(value))
        elif isinstance(value, list):
            for each in value:
                self.type(each, Keys.ENTER)
        else:
            ActionChains(self.driver).key_down(Keys.CONTROL).send_keys("a").key_up(Keys.CONTROL).perform()
            self.type(value)

    def reach(self, element: WebElement) -> None:
        for _ in range(MOST_TABS):
            if self.driver.switch_to.active_element == element:
                return
            self.type(Keys.TAB)
        raise AssertionError(f"Tab never reaches {element.accessible_name!r}.")

    def type(self, *keys: str) -> None:
        ActionChains(self.driver).send_keys(*keys).perform()

    def _choose(self, select: WebElement, text: str) -> None:
        steps = option_at(select, text) - int(select.get_property("selectedIndex"))  # type: ignore[arg-type]
        self.type(*[Keys.ARROW_DOWN if steps > 0 else Keys.ARROW_UP] * abs(steps))


class RuleBuilderPage:
    """The page on which a segment is written, opened by a signed-in administrator."""

    def __init__(self, driver: webdriver.Chrome, address: str) -> None:
        self.driver = driver
        self.address = address

    def sign_in(self) -> None:
        client = Client()
        client.force_login(factories.make_user(is_superuser=True))
        self.driver.get(f"{self.address}/health/live")
        self.driver.delete_all_cookies()
        self.driver.add_cookie({"name": "sessionid", "value": client.cookies["sessionid"].value})

    def open(self, path: str = "add/") -> None:
        self.driver.get(f"{self.address}/admin/segments/segment/{path}")
        self.wait_for(lambda: self.find(".rule-group"))

    def build(self, rule: Group, hand: Hand) -> None:
        self._fill_group(self.outermost, rule, hand)

    @property
    def outermost(self) -> WebElement:
        return self.find(".rule-tree > .rule-group")

    @property
    def conditions(self) -> list[WebElement]:
        """What stands in the outermost group, in order."""
        return items_of(self.outermost)

    @property
    def rule(self) -> Any:
        """What would be saved."""
        return json.loads(self.find("textarea[name=rule]").get_property("value"))  # type: ignore[arg-type]

    @property
    def focused(self) -> str:
        return self.driver.switch_to.active_element.accessible_name

    @property
    def announcement(self) -> str:
        return self.find("[data-rule-builder] > [aria-live]").get_property("textContent")  # type: ignore[return-value]

    @property
    def count(self) -> str:
        """“1,204 people”, once counting has ended; an estimate that comes before does not count."""
        return str(self.wait_for(lambda: self._counted(".rule-count strong")))

    @property
    def sentence(self) -> str:
        return str(self.wait_for(lambda: self._counted(".rule-sentence")))

    @property
    def preview(self) -> str:
        return self.find(".rule-preview").text

    def name_it(self, name: str, hand: Hand) -> None:
        hand.enter(self.find("#id_name"), name)

    def save(self, hand: Hand) -> None:
        hand.press(self.find("button[name=_save]"))

    def find(self, selector: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def wait_for(self, look: Callable[[], Any]) -> Any:
        """Until it is there; a page that changes while it is looked at is looked at again."""
        wait = WebDriverWait(
            self.driver, TIMEOUT, poll_frequency=0.05, ignored_exceptions=[StaleElementReferenceException]
        )
        return wait.until(lambda _: look())

    def _counted(self, selector: str) -> str:
        script = """
            const text = (selector) => document.querySelector(selector)?.textContent ?? "";
            const isCounting = document.querySelector(".rule-waiting") || text(".rule-state").startsWith("Counting exactly");
            return isCounting ? "" : text(arguments[0]);"""
        return str(self.driver.execute_script(script, selector))

    def _fill_group(self, element: WebElement, group: Group, hand: Hand) -> None:
        if group.match != "all":
            hand.enter(control(element, "Match"), group.match)
        if group.n is not None:
            hand.enter(control(element, "How many of them"), str(group.n))
        for index, child in enumerate(group.conditions):
            is_group = isinstance(child, Group)
            if index >= len(items_of(element)):
                hand.press(add_button(element, "Group" if is_group else "Condition"))
            item = items_of(element)[index]
            if isinstance(child, Group):
                self._fill_group(item.find_element(By.CSS_SELECTOR, ".rule-group"), child, hand)
            else:
                fill_condition(item, child, hand)


def fill_condition(item: WebElement, condition: Condition, hand: Hand) -> None:
    hand.enter(control(item, "Kind of condition"), condition.kind)
    for label, value in condition.controls.items():
        if value is None:
            hand.press(control(item, label))
        else:
            hand.enter(control(item, label), value)


def option_at(select: WebElement, text: str) -> int:
    """Where in a list the entry stands that is `text`, or begins with it."""
    options = select.parent.execute_script("return [...arguments[0].options].map(({ text }) => text)", select)
    exact = [index for index, option in enumerate(options) if option == text]
    beginning = [index for index, option in enumerate(options) if option.startswith(text)]
    assert exact or beginning, f"{text!r} is not among {options}."
    return (exact or beginning)[0]


def control(element: WebElement, label: str) -> WebElement:
    """The first control with this label in an element; of “Label (2)” the second. A button's words are its label."""
    numbered = re.fullmatch(r"(.+) \((\d)\)", label)
    name, place = (numbered[1], int(numbered[2])) if numbered else (label, 1)
    found = element.find_elements(By.XPATH, f'.//*[@aria-label="{name}" or (self::button and .="{name}")]')
    assert len(found) >= place, f"There is no {label!r}."
    return found[place - 1]


def items_of(group: WebElement) -> list[WebElement]:
    return group.find_elements(By.XPATH, "./ol/li")


def add_button(group: WebElement, what: str) -> WebElement:
    return group.find_element(By.XPATH, f"./div[last()]/button[contains(., '{what}')]")
