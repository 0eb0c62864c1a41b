"""Versions that are tried first: who is tested, who waits, and until when."""

import datetime as dt
from typing import Any

import pytest

from campaigns.assignment import is_tested
from campaigns.models import Campaign, Variant
from subscribers.models import Site
from tests import factories
from tests.campaigns.people import make_reachable, plan
from tests.campaigns.planning.runs import find_run

HOUR = dt.timedelta(hours=1)


def make_trial(site: Site, **values: Any) -> Campaign:
    defaults = {"winner_by": Campaign.WinnerBy.CLICKS, "test_percent": 50, "test_duration": 4 * HOUR}
    campaign = factories.make_campaign(site, **{**defaults, **values})
    Variant.objects.create(campaign=campaign, letter="B", title="Other words")
    return campaign


@pytest.fixture
def people(site: Site) -> None:
    for number in range(40):
        make_reachable(site, timezone=("Europe/Berlin", "Asia/Tokyo")[number % 2])


@pytest.mark.usefixtures("people")
def test_the_test_share_is_due_and_the_others_wait_in_batches_of_their_own(
    site: Site, now: dt.datetime
) -> None:
    campaign = plan(make_trial(site))
    assert find_run(campaign).test_ends_at == now + 4 * HOUR
    assert {
        (delivery.due_at, delivery.batch.awaits_winner)
        for delivery in campaign.deliveries.select_related("batch")
        if delivery.batch
    } == {(now, False), (now + 4 * HOUR, True)}
    for delivery in campaign.deliveries.select_related("batch", "subscriber"):
        tested = is_tested(campaign, str(delivery.subscriber.uuid))
        assert delivery.batch
        assert delivery.batch.awaits_winner != tested


@pytest.mark.usefixtures("people")
def test_everybody_has_a_version_drawn_whether_they_wait_or_not(site: Site) -> None:
    campaign = plan(make_trial(site))
    drawn = campaign.deliveries.values_list("batch__awaits_winner", "variant").distinct()
    assert set(drawn) == {(False, "A"), (False, "B"), (True, "A"), (True, "B")}


@pytest.mark.usefixtures("people")
def test_the_test_is_counted_from_the_first_local_time_at_which_somebody_is_tested(
    site: Site, now: dt.datetime
) -> None:
    factories.make_subscriber(site, timezone="Pacific/Kiritimati")  # has no device: nobody is tested there
    tomorrow = {
        "schedule": Campaign.Schedule.LOCAL,
        "local_date": dt.date(2026, 11, 23),
        "local_time": dt.time(9),
    }
    campaign = plan(make_trial(site, **tomorrow))
    nine_in_tokyo = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    assert find_run(campaign).test_ends_at == nine_in_tokyo + 4 * HOUR
    waiting = campaign.deliveries.filter(batch__awaits_winner=True)
    assert set(waiting.values_list("timezone", "due_at")) == {
        ("Asia/Tokyo", nine_in_tokyo + dt.timedelta(days=1)),
        ("Europe/Berlin", nine_in_tokyo + 8 * HOUR),  # their own hour is after the test
    }


@pytest.mark.usefixtures("people")
def test_once_there_is_a_winner_everybody_gets_it(site: Site, now: dt.datetime) -> None:
    campaign = plan(make_trial(site, winner="B", winner_chosen_at=now))
    assert set(campaign.deliveries.values_list("variant", "batch__awaits_winner")) == {("B", False)}
    assert find_run(campaign).test_ends_at is None


def test_a_test_with_nobody_to_try_it_on_is_counted_from_the_launch(site: Site, now: dt.datetime) -> None:
    assert find_run(plan(make_trial(site))).test_ends_at == now + 4 * HOUR
