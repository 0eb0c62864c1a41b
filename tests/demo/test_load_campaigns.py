"""One campaign is over and adds up, one goes out every week, one tomorrow at nine, one is a draft."""

import datetime as dt
from collections import Counter
from zoneinfo import ZoneInfo

import pytest

from campaigns.lift import measure_lift
from campaigns.models import Batch, Campaign, Delivery
from campaigns.reports import list_runs, report_campaign
from segments.models import Membership
from subscribers.models import Site, Subscriber
from tests.demo.conftest import NOW
from tracking.models import Event

# The shop is there for all of them; this has pytest make a database for it, even for one of these files alone.
pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def _find(site: Site, status: str, schedule: str = "local") -> Campaign:
    return Campaign.objects.get(site=site, status=status, schedule=schedule)


def test_the_finished_campaign_s_report_adds_up(demo_shop: Site) -> None:
    report = report_campaign(_find(demo_shop, "finished"))
    ended = report.sent + report.failed + report.expired + report.skipped
    assert report.audience == ended > 100
    assert report.waiting == 0
    assert sum(hour.sent for hour in report.by_hour) == report.sent
    assert sum(hour.clicked for hour in report.by_hour) == report.clicked
    assert sum(reason.count for reason in report.reasons) == report.failed + report.expired + report.skipped


def test_about_three_quarters_saw_it_and_a_tenth_clicked(demo_shop: Site) -> None:
    report = report_campaign(_find(demo_shop, "finished"))
    assert 0.6 < report.display_rate < 0.9
    assert 0.04 < report.click_rate < 0.2


def test_some_were_left_out_for_each_usual_reason(demo_shop: Site) -> None:
    report = report_campaign(_find(demo_shop, "finished"))
    reasons = {reason.reason for reason in report.reasons}
    assert {"excluded", "never_subscribed", "unsubscribed", "holdout", "too_late", "gone"} <= reasons


def test_the_finished_campaign_tells_of_versions_devices_and_zones(demo_shop: Site) -> None:
    report = report_campaign(_find(demo_shop, "finished"))
    lines = report.breakdowns
    assert {line.key for line in lines["variant"]} == {"A", "B"}
    assert {"mobile", "desktop"} <= {line.key for line in lines["device"]}
    assert len(lines["timezone"]) > 3
    assert sum(clicks.people for clicks in report.clicks) == report.clicked


def test_some_bought_after_it_and_some_of_those_held_out_anyway(demo_shop: Site) -> None:
    campaign = _find(demo_shop, "finished")
    report = report_campaign(campaign)
    assert report.total.converted > 0
    assert report.total.revenue > 0
    lift = measure_lift(campaign, now=NOW)
    assert lift is not None
    assert lift.held_out.people > 10
    assert lift.meant.share.value > 0


def test_the_weekly_campaign_went_out_three_times(demo_shop: Site) -> None:
    campaign = _find(demo_shop, "running", "recurring")
    runs = list_runs(campaign, most=10)
    assert [run.occurrence.number for run in runs] == [3, 2, 1]
    for run in runs:
        assert run.outcomes.waiting == 0
        assert run.outcomes.sent > 50
        assert run.occurrence.finished_at is not None
        assert run.occurrence.finished_at < NOW


def test_each_was_sent_it_at_six_on_their_own_clock(demo_shop: Site) -> None:
    campaign = _find(demo_shop, "finished")
    assert campaign.launched_at is not None
    sent = campaign.deliveries.filter(sent_at__gt=campaign.launched_at + dt.timedelta(hours=1))
    hours = Counter(
        delivery.sent_at.astimezone(ZoneInfo(delivery.timezone)).hour for delivery in sent if delivery.sent_at
    )
    assert set(hours) == {18}


def test_its_events_are_those_of_its_deliveries(demo_shop: Site) -> None:
    campaign = _find(demo_shop, "finished")
    events = Event.objects.filter(subscriber__site=demo_shop, properties__campaign=campaign.pk)
    counted = Counter(events.values_list("event_type__name", flat=True))
    deliveries = campaign.deliveries
    assert counted == {
        "$push_sent": deliveries.exclude(sent_at=None).count(),
        "$push_displayed": deliveries.exclude(displayed_at=None).count(),
        "$push_clicked": deliveries.exclude(clicked_at=None).count(),
        "$push_dismissed": deliveries.exclude(dismissed_at=None).count(),
        "$push_failed": deliveries.filter(status="failed").count(),
        "$converted": campaign.conversions.exclude(credit="none").count(),
    }


def test_devices_that_were_gone_are_not_reachable_any_more(demo_shop: Site) -> None:
    gone = Delivery.objects.filter(campaign=_find(demo_shop, "finished"), reason="gone")
    people = Subscriber.objects.filter(pk__in=gone.values("subscriber"))
    assert people
    assert not people.reachable().exists()


def test_nothing_of_the_finished_campaign_waits_for_a_worker(demo_shop: Site) -> None:
    campaign = _find(demo_shop, "finished")
    assert campaign.finished_at is not None
    assert campaign.finished_at < NOW
    assert not Batch.objects.filter(campaign=campaign, done_at=None).exists()


def test_the_scheduled_campaign_reaches_cart_abandoners_tomorrow_at_nine(demo_shop: Site) -> None:
    campaign = _find(demo_shop, "scheduled")  # planned, and nobody is due yet
    members = Membership.objects.filter(segment__site=demo_shop, segment__name="Cart abandoners")
    assert set(campaign.deliveries.values_list("subscriber")) == set(members.values_list("subscriber"))
    planned = campaign.deliveries.filter(status="planned")
    assert planned
    for delivery in planned:
        assert delivery.due_at is not None
        clock = delivery.due_at.astimezone(ZoneInfo(delivery.timezone))
        assert clock.time() == dt.time(9)
        assert clock.date() >= dt.date(2026, 11, 22)
        assert delivery.due_at > NOW


def test_the_draft_waits_for_its_author(demo_shop: Site) -> None:
    draft = _find(demo_shop, "draft")
    assert draft.created_by is not None
    assert draft.created_by.username == "marketer"
    assert not draft.deliveries.exists()
