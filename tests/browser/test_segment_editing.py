"""Editing a live segment in a browser: what a change would do is seen while it is made, and asked before it is saved."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer
from selenium import webdriver
from selenium.common.exceptions import ElementClickInterceptedException
from selenium.webdriver.common.by import By

from campaigns.models import Campaign
from segments.models import Segment
from subscribers.models import Site
from tests import factories
from tests.browser.browsers import WIDTHS
from tests.browser.rule_builder_page import Mouse, RuleBuilderPage, control
from tests.segments.live import has_attribute, is_in, make_built

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TIERS = {"gold": 5, "silver": 3, "bronze": 2}


@pytest.fixture
def page(chromium: webdriver.Chrome, live_server: LiveServer) -> Iterator[RuleBuilderPage]:
    page = RuleBuilderPage(chromium, live_server.url)
    page.sign_in()
    yield page
    resize(chromium, 1280)


@pytest.fixture
def gold(site: Site) -> Segment:
    """Five people are in it, and a campaign that is running goes to them."""
    factories.make_attribute(site, "tier")
    for tier, count in TIERS.items():
        for number in range(count):
            factories.make_subscriber(site, attributes={"tier": tier}, external_id=f"{tier}-{number}")
    segment = make_built(site, has_attribute("tier", "gold"), name="Gold members")
    make_built(site, is_in(segment), name="Gold in Berlin")
    campaign = factories.make_campaign(site, name="Spring sale", status=Campaign.Status.RUNNING)
    campaign.include_segments.add(segment)
    return segment


def resize(driver: webdriver.Chrome, width: int) -> None:
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def look(page: RuleBuilderPage, name: str) -> None:
    """A picture of the page for whoever wants to see it: LOOK=/some/folder pytest …"""
    folder = os.environ.get("LOOK")
    if folder:
        height = page.driver.execute_script("return document.documentElement.scrollHeight")
        width = page.driver.execute_script("return window.innerWidth")
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        page.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        page.driver.save_screenshot(str(Path(folder) / f"{name}.png"))
        resize(page.driver, width)


def text_of(page: RuleBuilderPage, selector: str) -> str:
    return page.find(selector).text


def fits(page: RuleBuilderPage) -> bool:
    return bool(
        page.driver.execute_script(
            "return document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        )
    )


def press(page: RuleBuilderPage, label: str) -> None:
    """Once the page has come to rest: while figures arrive, what stands below them moves."""
    path = f"//*[(self::button or self::a) and normalize-space()='{label}']"

    def click() -> bool:
        try:
            Mouse(page.driver).press(page.driver.find_element(By.XPATH, path))
        except ElementClickInterceptedException:
            return False
        return True

    page.wait_for(click)


def choose_silver(page: RuleBuilderPage, segment: Segment) -> None:
    """Open the segment and make its one condition another."""
    page.open(f"{segment.pk}/change/")
    Mouse(page.driver).enter(control(page.conditions[0], "tier"), "silver")
    page.wait_for(lambda: "−5 leave" in page.preview)


@pytest.mark.parametrize("width", WIDTHS)
def test_beside_the_builder_stands_who_would_join_and_leave(
    page: RuleBuilderPage, gold: Segment, width: int
) -> None:
    resize(page.driver, width)
    choose_silver(page, gold)

    assert "+3 join, −5 leave, 0 stay" in page.preview
    assert "Campaign “Spring sale” Running, sends to it" in page.preview
    page.find(".rule-comparison summary").click()
    assert "gold-" in text_of(page, ".rule-comparison details")
    assert fits(page)
    look(page, f"panel-{width}")


def test_a_rule_as_it_is_saved_is_compared_with_nothing(page: RuleBuilderPage, gold: Segment) -> None:
    page.open(f"{gold.pk}/change/")

    assert page.count == "5 people"
    page.wait_for(lambda: not page.driver.find_elements(By.CSS_SELECTOR, ".rule-comparison"))


@pytest.mark.parametrize("width", WIDTHS)
def test_saving_asks_first_and_applies_only_when_that_is_confirmed(
    page: RuleBuilderPage, gold: Segment, width: int
) -> None:
    choose_silver(page, gold)
    page.save(Mouse(page.driver))
    resize(page.driver, width)

    page.wait_for(lambda: page.driver.find_elements(By.CSS_SELECTOR, ".edit-review"))
    assert text_of(page, ".edit-figures") == "+3 join, −5 leave, 0 stay"
    assert page.find(".edit-moves").accessible_name == "+3 join, −5 leave, 0 stay"
    assert fits(page)
    look(page, f"confirm-{width}")
    gold.refresh_from_db()
    assert gold.rule == has_attribute("tier", "gold")
    leaving = "const event = new Event('beforeunload', {cancelable: true}); dispatchEvent(event); return event.defaultPrevented"
    assert page.driver.execute_script(leaving)

    press(page, "Save and apply")

    page.wait_for(lambda: "was changed successfully" in page.driver.page_source)
    gold.refresh_from_db()
    assert gold.rule["root"]["conditions"][0]["value"] == "silver"


def test_going_back_finds_everything_as_it_was_left(page: RuleBuilderPage, gold: Segment) -> None:
    choose_silver(page, gold)
    page.name_it("Silver members", Mouse(page.driver))
    page.save(Mouse(page.driver))
    page.wait_for(lambda: page.driver.find_elements(By.CSS_SELECTOR, ".edit-review"))

    press(page, "Go back and change")

    page.wait_for(lambda: page.driver.find_elements(By.CSS_SELECTOR, ".rule-group"))
    assert page.find("#id_name").get_property("value") == "Silver members"
    assert page.rule["root"]["conditions"][0]["value"] == "silver"


@pytest.mark.parametrize("width", WIDTHS)
def test_an_earlier_version_is_used_again_from_the_list_of_versions(
    page: RuleBuilderPage, gold: Segment, width: int
) -> None:
    choose_silver(page, gold)
    page.save(Mouse(page.driver))
    page.wait_for(lambda: page.driver.find_elements(By.CSS_SELECTOR, ".edit-review"))
    press(page, "Save and apply")
    page.wait_for(lambda: "was changed successfully" in page.driver.page_source)
    resize(page.driver, width)
    page.open(f"{gold.pk}/change/")
    assert "is being built. Until that is done, members follow version 1." in page.driver.page_source
    look(page, f"form-{width}")

    press(page, "All versions")
    page.find(".edit-words summary").click()
    assert "Version 2 being built" in text_of(page, ".edit-versions")
    assert fits(page)
    look(page, f"versions-{width}")
    press(page, "Use this one again")
    page.wait_for(lambda: page.driver.find_elements(By.CSS_SELECTOR, ".edit-review"))
    press(page, "Save and apply")

    page.wait_for(lambda: "Version 3" in text_of(page, ".edit-versions"))
    assert "The rule of version 1 is the segment’s again." in page.driver.page_source
