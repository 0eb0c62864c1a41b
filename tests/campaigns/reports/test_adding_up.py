"""Reports: the parts always add up to the audience."""

import datetime as dt
import random
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries, Settings

from campaigns.delivery import deliver_next
from campaigns.feedback import KINDS, record_feedback
from campaigns.lifecycle import LifecycleError, cancel_campaign, pause_campaign, resume_campaign
from campaigns.models import Campaign, Delivery
from campaigns.reports import Outcomes, count_outcomes, report_campaign
from campaigns.tokens import DeliveryKey, sign_token
from campaigns.transports.base import Receipt, ReceiptStatus
from campaigns.transports.memory import MemoryTransport
from subscribers.models import Site
from tests import factories
from tests.campaigns.people import deliver_due, find_device, make_reachable, make_running

STEPS = ["deliver", "pause", "resume", "cancel", "feedback", "later"]
HOUR = dt.timedelta(hours=1)


def adds_up(report: Outcomes) -> bool:
    parts = report.waiting + report.sent + report.failed + report.expired + report.skipped
    return report.audience == parts and report.sent >= report.displayed >= report.clicked


@pytest.fixture
def transport() -> MemoryTransport:
    return MemoryTransport()


def test_a_report_counts_everybody_once(site: Site, transport: MemoryTransport, now: dt.datetime) -> None:
    clicks, displays, _, gone = (make_reachable(site) for _ in range(4))
    factories.make_subscriber(site)
    transport.script(find_device(gone).endpoint, Receipt(ReceiptStatus.GONE, 410))
    campaign = make_running(site)
    deliver_due(now=now, transport=transport)
    record_feedback(sign_token(DeliveryKey(campaign.pk, 1, displays.pk)), "displayed", now=now)
    record_feedback(sign_token(DeliveryKey(campaign.pk, 1, clicks.pk)), "clicked", now=now + HOUR)
    campaign.refresh_from_db()
    report = report_campaign(campaign)
    assert (report.audience, report.waiting, report.sent) == (5, 0, 3)
    assert (report.displayed, report.clicked) == (2, 1)
    assert (report.failed, report.expired, report.skipped) == (1, 0, 1)
    assert report.display_rate == pytest.approx(2 / 3)
    assert report.click_rate == pytest.approx(1 / 3)
    assert {(line.status, line.reason, line.label, line.count) for line in report.reasons} == {
        ("failed", "gone", "The device is gone", 1),
        ("skipped", "never_subscribed", "Never allowed notifications", 1),
    }
    assert report.by_hour == [(now, 3, 0), (now + HOUR, 0, 1)]
    assert (report.started_at, report.ended_at) == (now, now)


def test_a_draft_has_an_empty_report(site: Site) -> None:
    report = report_campaign(factories.make_campaign(site))
    assert (report.audience, report.click_rate, report.by_hour) == (0, 0.0, [])


def test_a_report_goes_through_its_deliveries_once(
    site: Site, transport: MemoryTransport, now: dt.datetime
) -> None:
    make_reachable(site)
    campaign = make_running(site)
    deliver_due(now=now, transport=transport)
    with CaptureQueriesContext(connection) as queries:
        report_campaign(campaign)
    assert sum("campaigns_delivery" in query["sql"] for query in queries) == 1


def test_several_campaigns_are_counted_in_one_query(
    site: Site,
    transport: MemoryTransport,
    now: dt.datetime,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make_reachable(site)
    sent, draft = make_running(site), factories.make_campaign(site)
    deliver_due(now=now, transport=transport)
    with django_assert_num_queries(1):
        counts = count_outcomes([sent, draft])
    assert counts == {sent.pk: Outcomes(1, 0, 1, 0, 0, 0, 0, 0), draft.pk: Outcomes(0, 0, 0, 0, 0, 0, 0, 0)}


@pytest.mark.parametrize("step", [pause_campaign, cancel_campaign])
def test_a_stopped_campaign_adds_up(
    site: Site,
    transport: MemoryTransport,
    now: dt.datetime,
    step: Callable[..., Campaign],
    settings: Settings,
) -> None:
    settings.SEND_CONCURRENCY = 2
    for _ in range(5):
        make_reachable(site)
    campaign = make_running(site)
    deliver_next(now=now, transport=transport)
    step(campaign, now=now)
    report = report_campaign(campaign)
    assert adds_up(report)
    assert (report.sent, report.waiting + report.skipped) == (2, 3)


@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32), steps=st.lists(st.sampled_from(STEPS), max_size=12))
def test_whatever_happens_the_parts_add_up(db: None, now: dt.datetime, seed: int, steps: list[str]) -> None:
    chance = random.Random(seed)
    site = factories.make_site()
    transport = MemoryTransport()
    for _ in range(6):
        person = make_reachable(site)
        receipts = [Receipt(chance.choice(list(ReceiptStatus))) for _ in range(chance.randrange(4))]
        transport.script(find_device(person).endpoint, *receipts)
    factories.make_subscriber(site)
    campaign = make_running(site)
    for step in steps:
        if step == "later":
            now += chance.choice([HOUR / 60, HOUR, 25 * HOUR])
        take(step, campaign, transport, chance, now)
        assert adds_up(report_campaign(campaign))
        assert report_campaign(campaign).audience == 7


def take(
    step: str, campaign: Campaign, transport: MemoryTransport, chance: random.Random, now: dt.datetime
) -> None:
    """One step of the story; a step that is not possible now is none."""
    if step == "deliver":
        deliver_due(now=now, transport=transport)
    if step == "feedback":
        subscriber_id = chance.choice(list(Delivery.objects.filter(campaign=campaign))).subscriber_id
        token = sign_token(DeliveryKey(campaign.pk, 1, subscriber_id))
        record_feedback(token, chance.choice(KINDS), now=now)
    change = {"pause": pause_campaign, "resume": resume_campaign, "cancel": cancel_campaign}.get(step)
    try:
        if change is not None:
            change(campaign, now=now)
    except LifecycleError:
        return
