"""A segment is looked at in a real browser: how it is doing, its members now and then, on a desk and on a phone."""

import datetime as dt
import os
import zoneinfo
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from segments.lists import add_members, remove_members
from segments.models import Segment
from subscribers.models import Site
from tests import factories
from tests.browser.browsers import open_chromium, require_chromium, take_screenshot

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PATIENCE = 30  # seconds
DAYS = 40
DAY = dt.timedelta(days=1)


@pytest.fixture(params=[1280, 360])
def chromium(request: pytest.FixtureRequest, tmp_path: Path, live_server: LiveServer) -> Iterator[Chrome]:
    require_chromium()
    client = Client()
    client.force_login(factories.make_user(is_superuser=True))
    driver = open_chromium(tmp_path / "profile", width=request.param)
    try:
        driver.get(live_server.url + "/health/live")
        driver.add_cookie({"name": "sessionid", "value": client.cookies["sessionid"].value})
        yield driver
    finally:
        driver.quit()


@pytest.fixture
def segment(transactional_db: None) -> Segment:
    """A list with forty days behind it, to which three people come each day, one of whom stays."""
    site = factories.make_site(name="Shop", timezone="Europe/Berlin")
    segment = factories.make_list(site, name="Guests of the house", description="Whoever came to the store.")
    here = timezone.now().astimezone(zoneinfo.ZoneInfo(site.timezone))
    for age in range(DAYS, -1, -1):
        # By the clock on its wall, which may have been changed meanwhile: on each of its days once.
        now = (here - age * DAY).astimezone(dt.UTC)
        people = [make_person(site, f"customer-{age:02}-{number}") for number in range(3)]
        add_members(segment, people, now=now - dt.timedelta(minutes=2))
        remove_members(segment, people[1:], now=now - dt.timedelta(minutes=1))
    factories.make_campaign(site, name="Opening night").include_segments.add(segment)
    segment.refresh_from_db()
    return segment


def make_person(site: Site, name: str) -> int:
    return factories.make_subscriber(site, external_id=name, email=f"{name}@shop.example").pk


def show(chromium: Chrome, live_server: LiveServer, page: str, segment: Segment, query: str = "") -> str:
    """Open a page, which must fit the window; its text."""
    chromium.get(live_server.url + reverse(f"admin:segments_segment_{page}", args=[segment.pk]) + query)
    keep_picture(chromium, page)
    assert chromium.execute_script("return document.documentElement.scrollWidth <= innerWidth")
    return chromium.find_element(By.TAG_NAME, "body").text


def keep_picture(chromium: Chrome, name: str) -> None:
    """For whoever wants to look: SCREENSHOTS names a directory."""
    if directory := os.environ.get("SCREENSHOTS"):
        width = chromium.execute_script("return innerWidth")
        take_screenshot(chromium, Path(directory) / f"{name}-{width}.png")


def test_the_list_leads_to_how_a_segment_is_doing(
    chromium: Chrome, live_server: LiveServer, segment: Segment
) -> None:
    chromium.get(live_server.url + reverse("admin:segments_segment_changelist"))
    keep_picture(chromium, "list")
    trend = chromium.find_element(By.CSS_SELECTOR, f"[aria-label^='How {segment.name} is doing: 41 members']")
    chromium.execute_script("arguments[0].click()", trend)
    WebDriverWait(chromium, PATIENCE, poll_frequency=0.05).until(
        lambda driver: "/overview/" in driver.current_url
    )

    pictures = chromium.find_elements(By.CSS_SELECTOR, "svg[role=img]")
    names = [picture.get_attribute("aria-labelledby").split()[0] for picture in pictures]  # type: ignore[union-attr]
    titles = [chromium.find_element(By.ID, name).get_attribute("textContent") for name in names]
    assert titles == ["Members at the end of each day", "Who entered and who left on each day"]


def test_the_overview_shows_figures_that_its_table_repeats(
    chromium: Chrome, live_server: LiveServer, segment: Segment
) -> None:
    text = show(chromium, live_server, "overview", segment)
    assert "41 members as of" in text
    assert "Opening night" in text

    chromium.find_element(By.LINK_TEXT, "90 days").click()
    WebDriverWait(chromium, PATIENCE, poll_frequency=0.05).until(
        lambda driver: "days=90" in driver.current_url
    )
    chromium.find_element(By.TAG_NAME, "summary").click()
    rows = chromium.find_elements(By.CSS_SELECTOR, "details tbody tr")
    bars = chromium.find_elements(By.CSS_SELECTOR, "rect.is-up")
    assert len(rows) == len(bars) == DAYS + 1
    assert [cell.text for cell in rows[0].find_elements(By.TAG_NAME, "td")] == ["41", "3", "2"]
    chromium.execute_script("document.querySelector('#movers-title').scrollIntoView()")
    keep_picture(chromium, "overview-below")


def test_somebody_is_looked_up_among_the_members(
    chromium: Chrome, live_server: LiveServer, segment: Segment
) -> None:
    assert "41 members, those who entered last first" in show(chromium, live_server, "members", segment)

    assert "in it since" in show(chromium, live_server, "members", segment, "?who=customer-07-0@")
    assert "not in it" in show(chromium, live_server, "members", segment, "?who=customer-07-1")


def test_members_of_a_past_moment_are_listed(
    chromium: Chrome, live_server: LiveServer, segment: Segment
) -> None:
    then = timezone.now() - 10 * DAY
    text = show(chromium, live_server, "past_members", segment, f"?at={then:%Y-%m-%dT%H:%M:%S}")

    assert "members on" in text
    assert "customer-12-0" in text
    assert "customer-02-0" not in text
