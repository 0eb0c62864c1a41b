"""A marketer keeps a list: made, filled from a file, taken as a snapshot in the builder; on a desk and on a phone."""

from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from segments.models import Segment
from segments.uploads.running import run_uploads
from subscribers.models import Site
from tests import factories
from tests.browser.browsers import WIDTHS, resize, take_screenshot
from tests.browser.rule_builder_page import Keyboard, RuleBuilderPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(params=WIDTHS)
def chromium(request: pytest.FixtureRequest, chromium: webdriver.Chrome) -> webdriver.Chrome:
    resize(chromium, request.param, 1000)
    return chromium


@pytest.fixture
def page(chromium: webdriver.Chrome, live_server: LiveServer, site: Site) -> RuleBuilderPage:
    page = RuleBuilderPage(chromium, live_server.url)
    page.sign_in()
    return page


def look(page: RuleBuilderPage, name: str, directory: Path) -> None:
    """Keep a picture of the page, and insist that nothing hangs over its edge."""
    overflow = page.driver.execute_script(
        "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    take_screenshot(page.driver, directory / f"{name}.png")
    assert overflow <= 0, f"{name} is wider than the window"


def text_of(page: RuleBuilderPage) -> str:
    return str(page.driver.execute_script("return document.body.innerText"))


def write_people(site: Site, directory: Path) -> Path:
    """A file as a German spreadsheet writes it: two people of the site, one of them twice, and two that nobody knows."""
    for name in ("ana", "ben", "cem"):
        factories.make_subscriber(site, external_id=name, email=f"{name}@shop.example")
    file = directory / "gäste.csv"
    rows = (
        "ana@shop.example;Ulm",
        "BEN@shop.example;Bonn",
        "ana@shop.example;Ulm",
        "eve@shop.example;",
        ";Köln",
    )
    file.write_bytes("\r\n".join(["E-Mail;Ort", *rows]).encode("latin-1"))
    return file


def test_a_list_is_made_filled_from_a_file_and_accounted_for(
    page: RuleBuilderPage, site: Site, tmp_path: Path
) -> None:
    hand = Keyboard(page.driver)
    page.driver.get(f"{page.address}/admin/segments/segment/")
    hand.press(page.driver.find_element(By.LINK_TEXT, "Add a list"))
    page.wait_for(lambda: page.find("#id_name"))
    hand.enter(page.find("#id_name"), "Guests of the gala")
    look(page, "add", tmp_path)
    page.find("#segment_form").submit()
    page.wait_for(lambda: Segment.objects.filter(kind="static").exists())
    segment = Segment.objects.get()

    page.wait_for(lambda: page.driver.find_elements(By.LINK_TEXT, "Upload people"))
    look(page, "list", tmp_path)
    hand.press(page.driver.find_element(By.LINK_TEXT, "Upload people"))
    page.wait_for(lambda: page.find("input[type=file]"))
    page.find("input[type=file]").send_keys(str(write_people(site, tmp_path)))
    look(page, "file", tmp_path)
    hand.press(page.driver.find_element(By.XPATH, "//button[.='Look at what would happen']"))
    page.wait_for(lambda: "would join the list" in text_of(page))
    look(page, "preview", tmp_path)
    assert "The file’s 5 rows" in text_of(page)
    assert "Latin-1" in text_of(page)
    assert not segment.memberships.exists()

    hand.press(page.driver.find_element(By.XPATH, "//button[.='Yes, add 2']"))
    page.wait_for(lambda: "0 of 5 rows done" in text_of(page))
    look(page, "running", tmp_path)
    run_uploads(clock=timezone.now)
    page.wait_for(lambda: "Done on" in text_of(page))
    look(page, "result", tmp_path)
    assert "Download the rows that were not used" in text_of(page)
    assert set(segment.memberships.values_list("subscriber__external_id", flat=True)) == {"ana", "ben"}

    page.driver.get(f"{page.address}/admin/segments/segment/{segment.pk}/change/")
    assert "2 added, 0 removed, 2 rows not used" in text_of(page)
    look(page, "filled", tmp_path)


def test_a_file_that_replaces_a_list_says_who_leaves_before_it_does(
    page: RuleBuilderPage, site: Site, tmp_path: Path
) -> None:
    file = write_people(site, tmp_path)
    segment = factories.make_list(site, name="Guests")
    page.driver.get(f"{page.address}/admin/segments/segment/{segment.pk}/uploads/add/")
    page.find("input[type=file]").send_keys(str(file))
    hand = Keyboard(page.driver)
    hand.reach(page.find("input[value=add]"))
    hand.type(Keys.ARROW_DOWN)
    assert page.find("input[value=replace]").is_selected()
    hand.press(page.driver.find_element(By.XPATH, "//button[.='Look at what would happen']"))
    page.wait_for(lambda: "would leave it" in text_of(page))

    hand.press(page.driver.find_element(By.XPATH, "//button[.='Put the file aside']"))
    page.wait_for(lambda: "Nothing on the list has changed." in text_of(page))


def test_whom_the_builder_chooses_is_saved_as_a_list(
    page: RuleBuilderPage, site: Site, tmp_path: Path
) -> None:
    factories.make_subscriber(site)
    hand = Keyboard(page.driver)
    page.open()
    page.wait_for(lambda: page.count == "1 person")

    hand.press(page.find(".rule-snapshot summary"))
    hand.enter(page.find(".rule-snapshot input"), "Everybody today")
    hand.type(Keys.ENTER)
    page.wait_for(lambda: "1 person is on the list “Everybody today” now." in text_of(page))
    look(page, "snapshot", tmp_path)

    assert Segment.objects.get().member_count == 1
    hand.press(page.driver.find_element(By.LINK_TEXT, "Open it"))
    page.wait_for(lambda: "Taken as a snapshot" in text_of(page))
