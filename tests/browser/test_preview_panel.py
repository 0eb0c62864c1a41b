"""The panel beside the rule builder: an estimate at once, the exact figure when it is ready, and the past days."""

import datetime as dt
import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from selenium import webdriver

from segments.preview import PreviewBusy, PreviewTooSlow, preview_rule
from subscribers.models import Site
from tests import factories
from tests.browser.browsers import WIDTHS
from tests.browser.rule_builder_page import RuleBuilderPage
from tests.segments.preview.crowds import make_crowd, slow_down_counting

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

GERMANS = {"type": "profile", "field": "country", "operator": "equals", "value": "DE"}
CART = {"type": "event", "event": "add_to_cart", "within": {"last": {"days": 2}}}


@pytest.fixture
def page(chromium: webdriver.Chrome, live_server: LiveServer) -> RuleBuilderPage:
    page = RuleBuilderPage(chromium, live_server.url)
    page.sign_in()
    return page


class Door:
    """The preview behind the panel: exact answers wait until the test lets them go, or are refused."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.refusals: list[Exception] = []
        self.asked = 0

    def preview(self, *args: Any, exact: bool, **named: Any) -> Any:
        self.asked += 1
        if exact:
            assert self.opened.wait(30)
        if self.refusals and (exact or isinstance(self.refusals[0], PreviewBusy)):
            raise self.refusals.pop()
        return preview_rule(*args, exact=exact, **named)


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[Door]:
    """No count is quick enough to be a first answer."""
    slow_down_counting(monkeypatch, settings)
    door = Door()
    monkeypatch.setattr("segments.admin.preview_views.preview_rule", door.preview)
    yield door
    door.opened.set()


def open_rule(page: RuleBuilderPage, site: Site, *conditions: dict[str, Any]) -> None:
    root = {"type": "group", "match": "all", "conditions": list(conditions)}
    segment = factories.make_segment(site, {"version": 1, "root": root})
    page.open(f"{segment.pk}/change/")


def heard(page: RuleBuilderPage) -> str:
    return str(page.find(".rule-preview [role=status]").get_property("textContent"))


def test_an_estimate_comes_at_once_and_the_exact_count_takes_its_place(
    page: RuleBuilderPage, site: Site, door: Door
) -> None:
    make_crowd(site, 60_000)
    open_rule(page, site, GERMANS)

    page.wait_for(lambda: "Counting exactly …" in page.preview)
    assert re.search(r"about (28|29|30|31),\d00 people \(± \d{3}\)", page.preview)
    assert "give or take" in heard(page)
    assert "counting exactly" in heard(page)

    door.opened.set()
    page.wait_for(lambda: "Counted exactly" in page.preview)
    assert "30,000 people\n" in page.preview
    assert "±" not in page.preview
    assert heard(page) == "30,000 people match, 50 % of subscribers, counted exactly."


def test_too_few_to_estimate_are_not_guessed_at(page: RuleBuilderPage, site: Site, door: Door) -> None:
    make_crowd(site, 4_000)
    open_rule(page, site, GERMANS)

    page.wait_for(lambda: "fewer than about" in page.preview)
    assert "Counting exactly …" in page.preview

    door.opened.set()
    page.wait_for(lambda: "2,000 people\nCounted exactly" in page.preview)


def test_when_the_exact_count_is_stopped_the_estimate_stays_and_says_why(
    page: RuleBuilderPage, site: Site, door: Door
) -> None:
    make_crowd(site, 60_000)
    door.refusals = [PreviewTooSlow()]
    door.opened.set()
    open_rule(page, site, GERMANS)

    page.wait_for(lambda: "was stopped" in page.preview)
    assert "An estimate from a sample of people. Counting took longer than 60 seconds" in page.preview
    assert "You can still save the segment." in heard(page)
    assert "± " in page.preview


def test_an_answer_to_a_rule_that_was_changed_meanwhile_is_not_shown(
    page: RuleBuilderPage, site: Site, door: Door
) -> None:
    make_crowd(site, 60_000)
    factories.make_event(factories.make_subscriber(site), "add_to_cart", timezone.now())
    open_rule(page, site, GERMANS)
    page.wait_for(lambda: "Counting exactly …" in page.preview)

    page.driver.execute_script("document.querySelector('.rule-conditions [aria-label^=Remove]').click()")
    page.wait_for(lambda: "60,001 people" in page.preview or "about 60,00" in page.preview)
    door.opened.set()

    page.wait_for(lambda: "60,001 people\nCounted exactly" in page.preview)


def test_while_others_are_being_counted_the_page_asks_again_by_itself(
    page: RuleBuilderPage, site: Site, door: Door
) -> None:
    make_crowd(site, 10)
    door.refusals = [PreviewBusy(), PreviewBusy()]
    door.opened.set()
    open_rule(page, site)

    page.wait_for(lambda: "\n10 people\nCounted exactly" in page.preview)
    assert door.asked >= 3


@pytest.mark.parametrize("width", WIDTHS)
def test_the_past_days_are_a_chart_that_words_say_too(
    page: RuleBuilderPage, site: Site, chromium: webdriver.Chrome, width: int
) -> None:
    now = timezone.now()
    for days, people in [(40, 1), (20, 3), (10, 1), (0.5, 2)]:
        for _ in range(people):
            person = factories.make_subscriber(site, created_at=now - dt.timedelta(days=90))
            factories.make_event(person, "add_to_cart", now - dt.timedelta(days=days))
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    chromium.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    open_rule(page, site, CART)

    chart = page.wait_for(lambda: page.driver.find_elements("css selector", ".rule-past svg[role=img]"))[0]

    assert (
        "In the past 30 days it was at least this large on 2 days (between 0 and 3 people)." in page.preview
    )
    assert "now 2 people" in chart.accessible_name
    assert len(chart.find_elements("css selector", "rect")) == 30
    assert page.driver.execute_script(
        "return document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )


def test_a_rule_that_time_does_not_change_has_no_chart(page: RuleBuilderPage, site: Site) -> None:
    make_crowd(site, 4)
    open_rule(page, site, GERMANS)

    page.wait_for(lambda: "\n2 people\nCounted exactly" in page.preview)
    assert not page.driver.find_elements("css selector", ".rule-past")
