"""A marketer goes from nothing to the report alone: two versions, local time, a holdout, a goal; on a desk and on a phone."""

import datetime as dt
import re
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer
from selenium.webdriver import Chrome, Keys

from campaigns.models import Campaign, FrequencyCap
from campaigns.planning import plan_due_campaigns
from campaigns.transports.memory import MemoryTransport
from segments.building import build_members
from subscribers.models import Site
from tests.browser.browsers import WIDTHS, resize, take_screenshot
from tests.browser.campaign_page import CampaignPage
from tests.campaigns.people import deliver_due
from tests.factories import (
    make_attribute,
    make_push_subscription,
    make_segment,
    make_site,
    make_subscriber,
    make_user,
)
from tracking.models import EventType

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ADD = "/admin/campaigns/campaign/add/"
PEOPLE = 30
ZONES = ("Asia/Tokyo", "Europe/Berlin", "America/New_York")


@pytest.fixture(params=WIDTHS)
def chromium(request: pytest.FixtureRequest, chromium: Chrome) -> Chrome:
    resize(chromium, request.param)
    return chromium


@pytest.fixture
def site(transactional_db: None) -> Site:
    """A shop with people on three clocks, all in one segment; two of them never allowed notifications."""
    site = make_site(name="Shop", timezone="Europe/Berlin")
    make_attribute(site, "first_name")
    EventType.objects.create(site=site, name="purchase", properties={"price": "number"})
    for number in range(PEOPLE):
        person = make_subscriber(
            site,
            external_id=f"customer-{number:02}",
            timezone=ZONES[number % 3],
            attributes={"first_name": "Ada"} if number % 2 else {},
        )
        if number >= 2:
            make_push_subscription(person)
    build_members(make_segment(site, name="Loyal customers"), as_of=timezone.now())
    return site


@pytest.fixture
def page(chromium: Chrome, live_server: LiveServer, site: Site) -> CampaignPage:
    """Signed in as a marketer."""
    client = Client()
    client.force_login(make_user("marketer", username="mona"))
    chromium.get(live_server.url + "/health/live")
    chromium.add_cookie({"name": "sessionid", "value": client.cookies["sessionid"].value})
    return CampaignPage(chromium, live_server.url)


def look(page: CampaignPage, name: str, directory: Path) -> None:
    """Keep a picture of the page, and insist that nothing hangs over its edge."""
    assert not page.overflows(), f"{name} is wider than the window"
    take_screenshot(page.driver, directory / f"{name}.png")


def read_number(page: CampaignPage, pattern: str) -> int:
    """The number in the first place of the page that reads like the pattern."""
    found = re.search(pattern, page.read("body"))
    assert found is not None, f"{pattern} is not on the page"
    return int(found.group(1))


def write_campaign(page: CampaignPage, day: dt.date) -> None:
    """Two versions for loyal customers, at nine on their own clocks, some of them held out, to bring purchases."""
    page.open(ADD)
    page.write("name", "Autumn sale")
    page.write("title", "The autumn sale is on")
    page.write("body", "Come and have a look.")
    page.write("link_url", "https://shop.example/sale")
    page.click_text("Add another version")
    page.write("versions-0-title", "Good news for you")
    page.click_text("Loyal customers · 30 members")
    page.unfold("Hold some people out")
    page.write("holdout_percent", "40")
    page.click("[name=schedule][value=local]")
    page.choose_time("local_date", day.isoformat())
    page.choose_time("local_time", "09:00")
    page.unfold("Goal")
    page.choose("goal_event", "purchase")
    page.write("conditions-0-property", "price")
    page.choose("conditions-0-operator", "at_least")
    page.write("conditions-0-value", "50")


def test_from_an_empty_campaign_to_its_report(page: CampaignPage, site: Site, tmp_path: Path) -> None:
    day = timezone.now().date() + dt.timedelta(days=2)
    write_campaign(page, day)
    page.wait_for("Good news for you", "#preview")
    look(page, "form", tmp_path)

    page.click_text("Save and launch…")
    page.wait_for("Who would get it")
    page.wait_for("A 50 %, B 50 %")
    page.wait_for("People who did “purchase” where price is at least 50")
    to_send = read_number(page, r"Launch to (\d+) people")
    held_out = read_number(page, r"Skipped: Held out of this campaign\s+(\d+)")
    assert to_send + held_out + 2 == PEOPLE
    look(page, "dry-run", tmp_path)

    page.click_text("See everybody one by one")
    page.wait_for("Everybody, one by one")
    page.write("q", "customer-00")
    page.click_text("Show")
    page.wait_for("Never allowed notifications", "#people")
    assert "customer-05" not in page.read("#people")
    look(page, "everybody", tmp_path)
    page.click_text("Launch…")
    page.click_text(f"Launch to {to_send} people")
    page.wait_for("Scheduled")

    plan_due_campaigns(now=timezone.now())
    page.wait_for(f"Nothing was sent so far. It goes to {to_send} people; the first are due on ")
    transport = MemoryTransport()
    in_tokyo = dt.datetime.combine(day, dt.time(0, 1), tzinfo=dt.UTC)
    deliver_due(now=in_tokyo, transport=transport)
    sent = len(transport.sent)
    page.wait_for(f"Running. {sent} of {to_send} done: {sent} sent, {to_send - sent} waiting.")
    look(page, "running", tmp_path)
    deliver_due(now=in_tokyo + dt.timedelta(days=1), transport=transport)
    page.wait_for("Finished")
    assert len(transport.sent) == to_send
    look(page, "finished", tmp_path)

    page.click_text("Report")
    page.wait_for(
        f"{PEOPLE} in the audience = {to_send} sent + 0 failed + 0 expired + {held_out + 2} skipped."
    )
    look(page, "report", tmp_path)


def test_a_version_is_copied_looked_at_and_removed(page: CampaignPage) -> None:
    page.open(ADD)
    assert not page.find("[name=winner_by][value=clicks]").is_displayed()
    page.write("title", "First words")
    page.click_text("Add another version")

    assert page.find("[name='versions-0-title']").get_attribute("value") == "First words"
    assert page.find("[name=winner_by][value=clicks]").is_displayed()
    page.write("versions-0-title", "Other words")
    page.wait_for("Other words", "#preview")
    page.write("weight", "3")
    assert "of 4: 75 % of the people get this version" in page.read("[data-version='']")
    page.click_text("Version A")
    page.wait_for("First words", "#preview")

    page.click("[data-version='versions-0'] [data-remove]")

    assert not page.find("[name=winner_by][value=clicks]").is_displayed()
    assert not page.find("[name='versions-0-title']").is_displayed()


def test_a_second_version_can_be_written_without_a_mouse(page: CampaignPage, site: Site) -> None:
    page.open(ADD)
    page.write("name", "Keys only")
    page.write("title", "First words")
    page.find("[data-add-version]").send_keys(Keys.ENTER)

    page.driver.switch_to.active_element.send_keys(" and more")
    page.find("[name=_continue]").send_keys(Keys.ENTER)

    page.wait_for("Copy from A")
    campaign = Campaign.objects.get()
    assert [variant.title for variant in campaign.variants.all()] == ["First words and more"]


def test_repeating_days_are_told_while_they_are_chosen(page: CampaignPage, tmp_path: Path) -> None:
    page.open(ADD)
    page.click("[name=schedule][value=recurring]")
    page.choose_time("local_date", "2027-11-22")
    page.choose_time("local_time", "09:00")
    page.click_text("Monday")
    page.click_text("Wednesday")

    page.wait_for("Next: Mon 22 Nov 2027, Wed 24 Nov 2027", "[data-runs]")
    look(page, "repeats", tmp_path)


def test_limits_and_quiet_hours_are_settled_for_all_campaigns(
    page: CampaignPage, site: Site, tmp_path: Path
) -> None:
    page.open("/admin/campaigns/sendingpolicy/")
    page.write("caps-0-limit", "2")
    page.write("caps-0-window_number", "1")
    page.choose_time("quiet_from", "22:00")
    page.choose_time("quiet_until", "08:00")
    page.click_text("Add a limit")
    page.write("caps-1-limit", "5")
    page.write("caps-1-window_number", "7")
    page.click("[name=_continue]")

    page.wait_for("At most 2 pushes within 1 day to one person.")
    page.wait_for("At most 5 pushes within 1 week to one person.")
    page.wait_for("Quiet hours from 22:00 to 08:00")
    assert FrequencyCap.objects.count() == 2
    look(page, "limits", tmp_path)
