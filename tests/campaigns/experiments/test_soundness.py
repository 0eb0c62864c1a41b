"""A winner is found by people who had it in time and are enough, and never decides for all by a few clicks."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from campaigns.admin.dry_run import describe_dry_run
from campaigns.assignment import is_tested
from campaigns.dry_runs import request_dry_run, work_out
from campaigns.experiments import choose_due_winners
from campaigns.models import Campaign, DryRun, Variant
from campaigns.transports.memory import MemoryTransport
from subscribers.models import Site
from tests.campaigns.admin.pages import page_of, sign_in
from tests.campaigns.experiments.test_winners import ENDS_AT, decide, make_test, make_waiting
from tests.campaigns.people import deliver_due, make_reachable, plan
from tests.campaigns.planning.runs import find_run
from tests.factories import NOW, make_campaign

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
LOCAL: dict[str, Any] = {
    "schedule": "local", "local_date": dt.date(2026, 11, 23), "local_time": dt.time(9),
    "winner_by": "clicks", "test_percent": 50, "test_duration": HOUR,
}  # fmt: skip
ZONES = {"Asia/Tokyo": 6, "Europe/Berlin": 30, "America/New_York": 30}


def make_trial(site: Site, **values: Any) -> Campaign:
    for zone, people in ZONES.items():
        for _ in range(people):
            make_reachable(site, timezone=zone)
    campaign = make_campaign(site, **{**LOCAL, **values})
    Variant.objects.create(campaign=campaign, letter="B", title="Other words")
    return campaign


def foresee(campaign: Campaign) -> DryRun:
    request_dry_run(campaign, None, now=NOW)
    found = work_out(campaign, now=NOW)
    assert found is not None
    assert found.summary is not None
    return found


def count_tested(campaign: Campaign, *zones: str) -> int:
    people = campaign.site.subscribers.filter(timezone__in=zones or ZONES)
    return sum(is_tested(campaign, str(person.uuid)) for person in people)


@pytest.mark.parametrize(
    "figures", [((2, 0), (2, 1)), ((0, 0), (1, 1)), ((0, 0), (0, 0)), ((60, 1), (60, 2)), ((8, 8), (9, 9))]
)
def test_the_one_that_is_ahead_is_not_sent_by_a_few_peoples_clicks(
    site: Site, figures: tuple[tuple[int, int], tuple[int, int]]
) -> None:
    campaign = make_test(site, figures, undecided="leader")
    waiting = make_waiting(campaign)
    campaign = decide(campaign)
    assert (campaign.winner, campaign.winner_chosen_at) == ("", ENDS_AT)
    assert campaign.winner_note.endswith("Everybody gets the version drawn for them.")
    waiting.refresh_from_db()
    assert waiting.batch is not None
    assert not waiting.batch.awaits_winner


def test_all_versions_go_on_unless_something_else_is_chosen(site: Site) -> None:
    assert Campaign().undecided == Campaign.Undecided.SPLIT
    page = sign_in("marketer").get("/admin/campaigns/campaign/add/").content.decode()
    assert 'name="undecided" value="split" checked' in page


def test_the_dry_run_counts_who_is_due_before_it_is_decided(site: Site) -> None:
    campaign = make_trial(site)
    summary = foresee(campaign).summary or {}
    assert summary["tested"] == count_tested(campaign)
    assert summary["tested_in_time"] == count_tested(campaign, "Asia/Tokyo")
    remark = next(each for each in summary["remarks"] if "are due before" in each or "is due before" in each)
    assert "it is decided on 23 Nov 2026, 02:00 (Europe/Berlin)" in remark
    assert "Test one day ahead at the same local hour" in remark
    assert any("too few to find a winner" in each for each in summary["remarks"])


def test_nothing_is_said_where_all_are_due_in_time(site: Site) -> None:
    campaign = make_trial(site, schedule="now")
    summary = foresee(campaign).summary or {}
    assert summary["tested_in_time"] == summary["tested"] == count_tested(campaign)
    assert not any("before it is decided" in each for each in summary["remarks"])


def test_the_table_of_versions_counts_who_is_drawn_and_not_who_waits(site: Site) -> None:
    campaign = make_trial(site)
    dry_run = foresee(campaign)
    summary = dry_run.summary or {}
    assert sum(summary["by_variant"].values()) == count_tested(campaign)
    assert summary["planned"] == count_tested(campaign) + summary["awaiting_winner"] == sum(ZONES.values())
    words = describe_dry_run(dry_run, campaign)
    assert words is not None
    assert {line.key: line.count for line in words.versions} == summary["by_variant"]


def test_tested_a_day_ahead_each_tester_gets_it_at_the_same_hour_of_the_day_before(site: Site) -> None:
    campaign = plan(make_trial(site, test_ahead=True))
    nine_in_tokyo = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    assert find_run(campaign).test_ends_at == nine_in_tokyo
    for delivery in campaign.deliveries.select_related("subscriber", "batch"):
        tested = is_tested(campaign, str(delivery.subscriber.uuid))
        assert delivery.batch is not None
        assert delivery.batch.awaits_winner != tested
        hours = {"Asia/Tokyo": 0, "Europe/Berlin": 8, "America/New_York": 14}[delivery.timezone]
        assert delivery.due_at == nine_in_tokyo + hours * HOUR - tested * DAY


def test_tested_a_day_ahead_all_are_due_before_it_is_decided(site: Site) -> None:
    campaign = make_trial(site, test_ahead=True)
    summary = foresee(campaign).summary or {}
    assert summary["tested_in_time"] == summary["tested"] == count_tested(campaign)
    assert not any("due before" in each for each in summary["remarks"])


def test_where_the_day_before_has_passed_people_wait_as_the_others_do(site: Site) -> None:
    """Launched at noon in UTC for the day after: in Tokyo and Berlin it is past nine, in New York it is not."""
    campaign = plan(make_trial(site, test_ahead=True, local_date=dt.date(2026, 11, 22)))
    tested = campaign.deliveries.filter(batch__awaits_winner=False)
    assert set(tested.values_list("timezone", "due_at")) == {("America/New_York", NOW + 2 * HOUR)}
    nine_in_tokyo = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
    assert find_run(campaign).test_ends_at == nine_in_tokyo
    waiting = campaign.deliveries.filter(batch__awaits_winner=True)
    assert set(waiting.values_list("timezone", "due_at")) == {
        ("Asia/Tokyo", nine_in_tokyo),
        ("Europe/Berlin", nine_in_tokyo + 8 * HOUR),
        ("America/New_York", nine_in_tokyo + 14 * HOUR),
    }


def test_tested_a_day_ahead_everybody_gets_it_once_and_on_time(site: Site) -> None:
    campaign, transport = plan(make_trial(site, test_ahead=True)), MemoryTransport()
    nine_in_tokyo = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    for hour in range(-24, 15):
        now = nine_in_tokyo + hour * HOUR
        choose_due_winners(now=now)
        deliver_due(now=now, transport=transport)
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.FINISHED
    assert len(transport.sent) == sum(ZONES.values())
    assert all(each.sent_at == each.due_at for each in campaign.deliveries.all())


def test_a_draft_can_be_tested_a_day_ahead_by_form_and_api(site: Site) -> None:
    client = sign_in(is_superuser=True)
    body = {"site": site.pk, "name": "Sale", "title": "Sale", "schedule": "local", "test_ahead": True}
    answer = client.post("/api/v1/campaigns/", body, content_type="application/json")
    assert answer.json()["test_ahead"] is True
    page = client.get(f"/admin/campaigns/campaign/{answer.json()['id']}/change/").content.decode()
    assert "Try them one day ahead, at the same local hour" in page


def test_the_launch_page_offers_to_test_a_day_ahead_and_does_it_at_a_click(site: Site) -> None:
    soon = (timezone.now() + 9 * DAY).date()
    campaign = make_trial(site, local_date=soon)
    marketer = sign_in("marketer")
    page = marketer.get(page_of(campaign, "launch")).content.decode()
    assert "Test one day ahead at the same local hour</button>" in page
    assert f"on {soon - DAY:%-d %b %Y} at 09:00 on each person’s own clock" in page

    answer = marketer.post(page_of(campaign, "test_ahead"), follow=True)

    campaign.refresh_from_db()
    assert campaign.test_ahead
    assert answer.request["PATH_INFO"] == page_of(campaign, "launch")
    page = answer.content.decode()
    assert "one day ahead at the same local hour" in page
    assert "at the same local hour</button>" not in page
    assert "are due before" not in page


@pytest.mark.parametrize(
    "values",
    [
        {"local_date": timezone.now().date()},  # the day before has passed
        {"schedule": "now"},
        {"winner_by": "hand"},
        {"test_ahead": True},
        {"status": Campaign.Status.SCHEDULED},
    ],
)
def test_what_cannot_be_tested_a_day_ahead_is_not_offered_and_not_done(
    site: Site, values: dict[str, Any]
) -> None:
    campaign = make_trial(site, **{"local_date": (timezone.now() + 9 * DAY).date(), **values})
    before = campaign.test_ahead
    marketer = sign_in("marketer")
    page = marketer.get(page_of(campaign, "launch"), follow=True).content.decode()
    assert "at the same local hour</button>" not in page
    answer = marketer.post(page_of(campaign, "test_ahead"), follow=True).content.decode()
    assert "cannot be tried a day ahead" in answer
    campaign.refresh_from_db()
    assert campaign.test_ahead == before


def test_who_may_not_change_a_draft_has_no_test_a_day_ahead(site: Site) -> None:
    campaign = make_trial(site, local_date=(timezone.now() + 9 * DAY).date())
    analyst = sign_in("analyst")
    assert "at the same local hour</button>" not in analyst.get(page_of(campaign, "dry_run")).content.decode()
    assert analyst.post(page_of(campaign, "test_ahead")).status_code == 403
    campaign.refresh_from_db()
    assert not campaign.test_ahead
