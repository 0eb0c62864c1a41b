"""A marketer writes a campaign, launches it, watches it and reads its report, on a desk and on a phone."""

import datetime as dt
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer
from selenium.webdriver import Chrome

from campaigns.models import Campaign
from campaigns.planning import plan_due_campaigns
from campaigns.transports.memory import MemoryTransport
from segments.building import build_members
from segments.models import Segment
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

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ADD = "/admin/campaigns/campaign/add/"


@pytest.fixture(params=WIDTHS)
def chromium(request: pytest.FixtureRequest, chromium: Chrome) -> Chrome:
    resize(chromium, request.param)
    return chromium


@pytest.fixture
def segment(transactional_db: None) -> Segment:
    """A shop with three people in one segment, one of whom never allowed notifications."""
    site = make_site(name="Shop", timezone="Europe/Berlin")
    make_attribute(site, "first_name")
    people = [
        make_subscriber(site, external_id="ada", timezone="Asia/Tokyo", attributes={"first_name": "Ada"}),
        make_subscriber(site, external_id="bob", timezone="Europe/Berlin"),
    ]
    for person in people:
        make_push_subscription(person)
    make_subscriber(site, external_id="eve")
    segment = make_segment(site, name="Loyal customers")
    build_members(segment, as_of=timezone.now())
    return segment


@pytest.fixture
def page(chromium: Chrome, live_server: LiveServer, segment: Segment) -> CampaignPage:
    """Signed in as somebody who may do everything with campaigns and segments."""
    marketer = make_user(username="mona")
    # The roles come with the migrations, and a test that really commits begins with empty tables.
    marketer.user_permissions.set(
        Permission.objects.filter(content_type__app_label__in=["campaigns", "segments"])
    )
    client = Client()
    client.force_login(marketer)
    chromium.get(live_server.url + "/health/live")
    chromium.add_cookie({"name": "sessionid", "value": client.cookies["sessionid"].value})
    return CampaignPage(chromium, live_server.url)


def look(page: CampaignPage, name: str, directory: Path) -> None:
    """Keep a picture of the page, and insist that nothing hangs over its edge."""
    assert not page.overflows(), f"{name} is wider than the window"
    take_screenshot(page.driver, directory / f"{name}.png")


def write_message(page: CampaignPage) -> None:
    page.write("name", "Autumn sale")
    page.write("title", "Good news, ")
    page.click("[data-open=attribute-picker][data-target=id_title]")
    page.find("#attribute-fallback").send_keys("friend")
    page.click("#attribute-picker [value=insert]")
    page.click("[data-open=emoji-picker][data-target=id_title]")
    page.click("#emoji-picker [value='🎉']")
    page.write("body", "The autumn sale is on.")
    page.write("link_url", "https://shop.example/sale")
    page.unfold("Pictures and buttons")
    page.write("button_1_text", "Shop now")


def test_the_preview_and_the_advice_follow_what_is_typed(page: CampaignPage, tmp_path: Path) -> None:
    page.open(ADD)

    write_message(page)

    assert page.find("[name=title]").get_attribute("value") == (
        'Good news, {{ subscriber.first_name | default: "friend" }}🎉'
    )
    assert page.find("#id_title_count").text == "About 18 characters. Best under 50."
    page.wait_for("Good news, friend🎉", "#preview")
    page.wait_for("Shop now", "#preview")
    page.find("#sample-search").send_keys("ada")
    page.wait_for("Good news, Ada🎉", "#preview")
    page.write("body", "A very long message. " * 8)
    assert "Some systems will cut it off; under 120 is best." in page.find("#id_body_count").text
    look(page, "message", tmp_path)


def test_a_broken_template_is_explained_while_it_is_typed(page: CampaignPage) -> None:
    page.open(ADD)

    page.write("title", "Hello {{ subscriber.first_name")

    page.wait_for("“Hello {{ subscriber.first_name” cannot be read: expected '}}'", "#preview")


def test_only_the_fields_of_the_chosen_schedule_are_shown(page: CampaignPage) -> None:
    page.open(ADD)
    assert not page.find("[name=local_time]").is_displayed()

    page.click("[name=schedule][value=local]")

    assert page.find("[name=local_time]").is_displayed()
    assert not page.find("[name=send_time]").is_displayed()
    page.unfold("Where that time has passed already")
    assert page.find("[name=late_limit_minutes]").is_displayed()
    page.click("[name=late_policy][value=skip]")
    assert not page.find("[name=late_limit_minutes]").is_displayed()


def test_another_site_brings_its_own_segments_and_time_zone(page: CampaignPage) -> None:
    other = make_site(name="Wholesale", timezone="Asia/Kathmandu")
    make_segment(other, name="Big buyers")
    page.open(ADD)
    page.click("[name=schedule][value=instant]")
    assert "Loyal customers" in page.read("#campaign_form")
    assert "Big buyers" not in page.read("#campaign_form")

    page.click(f"[name=site] option[value='{other.pk}']")

    assert "Big buyers" in page.read("#campaign_form")
    assert "Loyal customers" not in page.read("#campaign_form")
    assert "the site’s time zone: Asia/Kathmandu" in page.read("#campaign_form")


def test_a_campaign_from_the_first_word_to_the_report(page: CampaignPage, tmp_path: Path) -> None:
    page.open(ADD)
    write_message(page)
    page.click_text("Loyal customers · 3 members")
    page.click("[name=schedule][value=local]")
    tomorrow = timezone.now().date() + dt.timedelta(days=2)
    page.choose_time("local_date", tomorrow.isoformat())
    page.choose_time("local_time", "09:00")
    look(page, "schedule", tmp_path)

    page.click_text("Save and launch…")
    page.wait_for("Who would get it")
    page.wait_for("Skipped: Never allowed notifications")
    page.wait_for("Asia/Tokyo")
    look(page, "dry-run", tmp_path)

    page.click_text("Launch to 2 people")
    page.wait_for("Scheduled. Nothing was sent so far.")
    look(page, "scheduled", tmp_path)

    transport = MemoryTransport()
    plan_due_campaigns(now=timezone.now())
    page.wait_for("It goes to 2 people; the first are due on", "[data-sentence]")
    look(page, "running", tmp_path)
    in_tokyo = dt.datetime.combine(tomorrow, dt.time(0, 1), tzinfo=dt.UTC)
    deliver_due(now=in_tokyo, transport=transport)
    page.wait_for("1 sent, 1 waiting.", "[data-sentence]")
    deliver_due(now=in_tokyo + dt.timedelta(days=1), transport=transport)
    page.wait_for("Finished. 2 of 2 done: 2 sent, 0 waiting. 1 person left out.", "[data-sentence]")
    assert len(transport.sent) == 2
    look(page, "finished", tmp_path)

    page.click_text("Report")
    page.wait_for("3 in the audience = 2 sent + 0 failed + 0 expired + 1 skipped.")
    look(page, "report", tmp_path)


def test_a_schedule_without_a_time_is_asked_for_it(page: CampaignPage) -> None:
    page.open(ADD)
    write_message(page)
    page.click("[name=schedule][value=local]")

    page.click_text("Save draft")

    page.wait_for("Choose a time, like 09:00: this schedule needs it.")
    assert not Campaign.objects.exists()


def test_cancelling_asks_first(page: CampaignPage, segment: Segment, tmp_path: Path) -> None:
    site = Site.objects.get()
    campaign = Campaign.objects.create(
        site=site, name="Oops", title="Oops", status="scheduled", launched_at=timezone.now()
    )
    plan_due_campaigns(now=timezone.now())
    page.open(f"/admin/campaigns/campaign/{campaign.pk}/change/")

    page.click_text("Cancel…")
    page.wait_for("2 people are still waiting for it and will not get it.")
    look(page, "cancel", tmp_path)
    page.click_text("Cancel the campaign")

    page.wait_for("Cancelled. Nobody was sent it.", "[data-sentence]")
