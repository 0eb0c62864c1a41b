"""What looks wrong with a rule stands beside the condition it is about, and nowhere twice."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer
from selenium import webdriver

from campaigns.models import Campaign
from segments.models import Segment
from subscribers.models import Site
from tests import factories
from tests.browser.rule_builder_page import RuleBuilderPage
from tests.campaigns.people import make_segmented

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]

SPENT = {"type": "attribute", "key": "spent", "operator": "greater_than"}


@pytest.fixture
def page(chromium: webdriver.Chrome, live_server: LiveServer) -> RuleBuilderPage:
    page = RuleBuilderPage(chromium, live_server.url)
    page.sign_in()
    return page


def make(site: Site, *conditions: dict[str, Any]) -> Segment:
    root = {"type": "group", "match": "all", "conditions": list(conditions)}
    return factories.make_segment(site, {"version": 1, "root": root})


def beside(page: RuleBuilderPage) -> list[str]:
    """The remark on each condition, as soon as there is any."""
    texts = "return [...document.querySelectorAll('.rule-item > .rule-advice')].map((p) => p.innerText)"
    page.wait_for(lambda: any(page.driver.execute_script(texts)))
    found: list[str] = page.driver.execute_script(texts)
    return found


def test_a_remark_stands_beside_its_condition_and_not_in_the_panel(page: RuleBuilderPage, site: Site) -> None:
    factories.make_attribute(site, "spent", "number")
    factories.make_subscriber(site, attributes={"spent": 2000})
    segment = make(
        site, {**SPENT, "value": 1000}, {**SPENT, "value": 500}, {"type": "event", "event": "purchsae"}
    )

    page.open(f"{segment.pk}/change/")

    first, second, third = beside(page)
    assert first == ""
    assert second.startswith("This changes nothing: everybody whose spent is greater than 1,000")
    assert "has not seen the event" in third
    assert "changes nothing" not in page.find(".rule-preview").text


def test_a_remark_on_a_rule_of_one_condition_stands_beside_it(page: RuleBuilderPage, site: Site) -> None:
    segment = factories.make_segment(site, {"version": 1, "root": {"type": "event", "event": "purchsae"}})

    page.open(f"{segment.pk}/change/")

    [said] = beside(page)
    assert "has not seen the event" in said


def test_a_campaign_at_local_times_is_named_where_its_segment_asks_about_too_little_time(
    page: RuleBuilderPage, site: Site
) -> None:
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        person = factories.make_subscriber(site, timezone=zone)
    factories.make_event(person, "visit")
    segment = make(site, {"type": "event", "event": "visit", "within": {"last": {"hours": 24}}})
    tomorrow = timezone.now().date() + dt.timedelta(days=1)
    local: dict[str, Any] = {
        "schedule": Campaign.Schedule.LOCAL,
        "local_date": tomorrow,
        "local_time": dt.time(9),
    }
    make_segmented(site, include=[segment], name="Spring sale", **local)

    page.open(f"{segment.pk}/change/")

    [said] = beside(page)
    assert said.startswith("“Spring sale” goes to each one at their local time, and those lie 25 hours apart")
