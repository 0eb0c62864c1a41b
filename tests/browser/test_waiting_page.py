"""The list of what is waited for, as marketers and developers see it, on wide screens and on phones."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer
from selenium import webdriver
from selenium.webdriver.common.by import By

from subscribers.declaring import declare_attribute
from subscribers.models import Site
from tests import factories
from tests.browser.browsers import open_chromium, require_chromium
from tests.browser.rule_builder_page import Mouse, RuleBuilderPage
from tracking.declaring import declare_event, declare_property

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]

FITS = "return document.documentElement.scrollWidth <= document.documentElement.clientWidth"
COPIED = """
window.copied = [];
Object.defineProperty(navigator, "clipboard", {configurable: true, value: {writeText: async (text) => copied.push(text)}});"""


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    require_chromium()
    driver = open_chromium(tmp_path_factory.mktemp("chromium"))
    yield driver
    driver.quit()


@pytest.fixture
def page(chromium: webdriver.Chrome, live_server: LiveServer, site: Site) -> RuleBuilderPage:
    declare_attribute(
        site, "shoe_sizes", type_="list", element_type="number", description="EU sizes they buy"
    )
    declare_event(site, "trial_started", description="When somebody begins a trial")
    declare_property(site, "trial_started", "cart.total", type_="number", description="")
    root = {"type": "attribute", "key": "plan", "operator": "equals", "value": "pro"}
    factories.make_segment(site, {"version": 1, "root": root}, name="On the pro plan")
    page = RuleBuilderPage(chromium, live_server.url)
    page.sign_in()
    return page


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_list_for_developers_fits_and_is_copied_line_by_line(
    page: RuleBuilderPage, width: int, theme: str
) -> None:
    metrics = {"width": width, "height": 1100, "deviceScaleFactor": 1, "mobile": False}
    page.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    page.driver.get(f"{page.address}/admin/segments/segment/waiting/")
    page.driver.execute_script(
        "document.documentElement.classList.toggle('dark', arguments[0] === 'dark')", theme
    )
    page.driver.execute_script(COPIED)

    rows = [row.text for row in page.driver.find_elements(By.CSS_SELECTOR, ".waiting tbody tr")]
    for button in page.driver.find_elements(By.CSS_SELECTOR, ".waiting td [data-copy]"):
        Mouse(page.driver).press(button)

    assert len(rows) == 4
    assert "On the pro plan" in rows[0]
    assert page.driver.execute_script("return copied") == [
        'carillon.push([\'addAttribute\', "plan", "…"]);',
        "carillon.push(['addAttribute', \"shoe_sizes\", [42]]);",
        "carillon.push(['addEvent', \"trial_started\"]);",
        'carillon.push([\'addEvent\', "trial_started", {"cart": {"total": 42}}]);',
    ]
    assert page.driver.execute_script(FITS)
    if os.environ.get("LOOK"):
        page.driver.save_screenshot(str(Path(os.environ["LOOK"]) / f"waiting-{theme}-{width}.png"))
