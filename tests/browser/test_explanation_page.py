"""Somebody is looked up among the members and explained, by keyboard alone, on a desk and on a phone."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from segments.models import Segment
from tests import factories
from tests.browser.browsers import WIDTHS, resize, take_screenshot

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PATIENCE = 15  # seconds
MOST_TABS = 40


@pytest.fixture(params=WIDTHS)
def chromium(request: pytest.FixtureRequest, chromium: Chrome) -> Chrome:
    resize(chromium, request.param)
    return chromium


@pytest.fixture
def segment(transactional_db: None) -> Segment:
    site = factories.make_site(name="Shop", timezone="Europe/Berlin")
    ana = factories.make_subscriber(site, external_id="customer-000042", attributes={"tier": "gold"})
    now = timezone.now()
    for days in range(7):
        address = f"https://shop.example/{'a-very-long-address/' * 6}{days}"
        factories.make_event(ana, "$page_view", now - dt.timedelta(days=days, hours=1), url=address)
    conditions = [
        {"type": "page_view", "within": {"last": {"days": 5}}},
        {"type": "attribute", "key": "tier", "operator": "equals", "value": "silver"},
    ]
    deepest = {"type": "group", "match": "none", "conditions": conditions}
    inner = {"type": "group", "match": "any", "conditions": [*conditions, deepest]}
    rule = {"version": 1, "root": {"type": "group", "match": "all", "conditions": [inner]}}
    return factories.make_segment(site, rule, name="Browsing")


def press_tab_until(chromium: Chrome, arrived: Callable[[WebElement], bool]) -> None:
    for _ in range(MOST_TABS):
        ActionChains(chromium).send_keys(Keys.TAB).perform()
        if arrived(chromium.switch_to.active_element):
            return
    raise AssertionError("The keyboard does not lead there.")


def test_somebody_is_found_and_explained_by_keyboard(
    chromium: Chrome, live_server: LiveServer, segment: Segment, tmp_path: Path
) -> None:
    client = Client()
    client.force_login(factories.make_user(is_superuser=True))
    chromium.get(live_server.url + "/health/live")
    chromium.add_cookie({"name": "sessionid", "value": client.cookies["sessionid"].value})
    chromium.get(live_server.url + reverse("admin:segments_segment_members", args=[segment.pk]))

    press_tab_until(chromium, lambda element: element.get_attribute("name") == "who")
    ActionChains(chromium).send_keys("customer-000042", Keys.ENTER).perform()
    WebDriverWait(chromium, PATIENCE, poll_frequency=0.05).until(
        lambda driver: "not in it" in driver.page_source
    )
    press_tab_until(chromium, lambda element: element.text == "Why")
    ActionChains(chromium).send_keys(Keys.ENTER).perform()
    WebDriverWait(chromium, PATIENCE, poll_frequency=0.05).until(
        lambda driver: "/explain/" in driver.current_url
    )

    take_screenshot(chromium, tmp_path / "explanation.png")
    marks = [
        mark.text for mark in chromium.find_elements(By.CSS_SELECTOR, ".explanation-tree .explanation-mark")
    ]
    assert marks == ["✓ True", "✓ True", "✓ True", "✗ Not true", "✗ Not true", "✓ True", "✗ Not true"]
    assert "page view: 5 times" in chromium.find_element(By.CLASS_NAME, "explanation-tree").text
    assert chromium.execute_script("return document.documentElement.scrollWidth <= innerWidth")
