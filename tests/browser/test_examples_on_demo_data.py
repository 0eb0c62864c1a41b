"""The examples, built in the admin over the whole demo shop: the count shown is the one that the evaluator gives."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from demo.loading import load_demo
from segments.facts import load_facts
from segments.rules import SubscriberFacts, evaluate_rule, parse_rule
from subscribers.models import Subscriber
from tests.browser.browsers import open_chromium, require_chromium
from tests.browser.example_segments import EXAMPLES
from tests.browser.rule_builder_page import Mouse, RuleBuilderPage

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def count_people(facts: dict[int, SubscriberFacts], root: dict[str, Any], as_of: dt.datetime) -> int:
    rule, zone = parse_rule({"version": 1, "root": root}), ZoneInfo("Europe/Berlin")
    return sum(evaluate_rule(rule, each, as_of=as_of, zone=zone) for each in facts.values())


def test_every_example_counts_the_people_that_the_evaluator_finds(
    live_server: LiveServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    require_chromium()
    site = load_demo(subscribers=2000, push_origin="http://127.0.0.1:8001", now=timezone.now())
    facts = load_facts(Subscriber.objects.living().filter(site=site).values_list("pk", flat=True))
    driver = open_chromium(tmp_path_factory.mktemp("chromium"))
    try:
        page = RuleBuilderPage(driver, live_server.url)
        page.sign_in()
        for example in EXAMPLES.values():
            began = timezone.now()
            page.open()
            page.build(example.group, Mouse(driver))
            shown = int(page.count.split()[0].replace(",", ""))
            # Somebody may leave “in the last 24 hours” while the page is being filled in.
            moments = (began, timezone.now())
            assert shown in {count_people(facts, example.root, as_of) for as_of in moments}, example.root
            assert 0 < shown < len(facts)
    finally:
        driver.quit()
