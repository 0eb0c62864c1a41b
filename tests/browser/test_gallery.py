"""A marketer starts from a ready-made segment, by keyboard alone, and looks at it before it is saved."""

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer
from selenium import webdriver
from selenium.webdriver.common.by import By

from segments.gallery import find_ready_made
from segments.models import Segment
from subscribers.models import Site
from tests import factories
from tests.browser.browsers import WIDTHS
from tests.browser.rule_builder_page import Keyboard, RuleBuilderPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def page(chromium: webdriver.Chrome, live_server: LiveServer, site: Site) -> RuleBuilderPage:
    page = RuleBuilderPage(chromium, live_server.url)
    page.sign_in()
    return page


def test_a_ready_made_segment_is_added_by_keyboard(page: RuleBuilderPage, site: Site) -> None:
    shopper = factories.make_subscriber(site)
    factories.make_event(shopper, "add_to_cart", timezone.now())
    factories.make_subscriber(site)
    hand = Keyboard(page.driver)
    page.driver.get(f"{page.address}/admin/segments/segment/")
    hand.press(page.driver.find_element(By.PARTIAL_LINK_TEXT, "Start from a ready-made one"))
    page.wait_for(lambda: page.driver.find_elements(By.ID, "gallery-cart_abandoners"))
    use = page.find("a[aria-label='Use this: Cart abandoners']")
    hand.press(use)
    page.wait_for(lambda: page.driver.find_elements(By.CSS_SELECTOR, ".rule-group"))

    entry = find_ready_made("cart_abandoners")
    assert entry is not None
    assert page.count == "1 person"
    assert page.rule == {"version": 1, "root": entry.root}
    assert page.find("#id_name").get_property("value") == entry.name
    assert not Segment.objects.exists()

    page.save(hand)
    page.wait_for(lambda: Segment.objects.filter(name=entry.name, rule__root=entry.root).exists())


def test_where_a_place_is_needed_the_builder_asks_for_it(page: RuleBuilderPage) -> None:
    page.open("add/?gallery=loyal_near_a_store")

    page.wait_for(lambda: "Finish the condition" in page.preview)
    assert page.find("[aria-label=Place]").get_property("value") == ""


@pytest.mark.parametrize("width", WIDTHS)
def test_the_gallery_fits_the_screen(page: RuleBuilderPage, width: int) -> None:
    page.driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False},
    )
    page.driver.get(f"{page.address}/admin/segments/segment/gallery/")
    overflow = page.driver.execute_script(
        "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    page.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

    assert overflow <= 0
