"""From the dry run to the launch, and the buttons of a campaign that is under way."""

from unittest.mock import Mock

import pytest

from campaigns.admin import lifecycle_views
from campaigns.models import Campaign
from subscribers.models import Site
from tests.campaigns.admin.pages import make_reachable, page_of, sign_in
from tests.factories import make_campaign, make_segment, make_subscriber

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def planner(monkeypatch: pytest.MonkeyPatch) -> Mock:
    """Called where the planner is woken; no worker runs in these tests."""
    woken = Mock()
    monkeypatch.setattr(lifecycle_views, "queue_on_commit", lambda task: woken())
    return woken


def test_the_dry_run_adds_up(site: Site) -> None:
    for _ in range(3):
        make_reachable(site)
    make_subscriber(site)

    context = sign_in("marketer").get(page_of(make_campaign(site), "launch")).context

    words = context["plan"]
    assert (words.plan.audience, words.plan.planned) == (4, 3)
    assert words.plan.audience == words.plan.planned + sum(line.count for line in words.skipped)
    assert words.plan.planned == sum(group.count for group in words.hours)


def test_the_dry_run_says_why_somebody_is_skipped(site: Site) -> None:
    make_subscriber(site)

    page = sign_in("marketer").get(page_of(make_campaign(site), "launch")).content.decode()

    assert "Never allowed notifications" in page


def test_the_dry_run_groups_by_hour_and_time_zone(site: Site) -> None:
    make_reachable(site, timezone="Europe/Berlin")
    make_reachable(site, timezone="Asia/Kathmandu")
    campaign = make_campaign(site, schedule="local", local_date="2027-12-24", local_time="09:00")

    context = sign_in("marketer").get(page_of(campaign, "launch")).context

    lines = [line for group in context["plan"].hours for line in group.lines]
    assert [(line.timezone, f"{line.local_time:%H:%M}") for line in lines] == [
        ("Asia/Kathmandu", "09:00"),
        ("Europe/Berlin", "09:00"),
    ]


def test_launching_schedules_and_wakes_the_planner(site: Site, planner: Mock) -> None:
    campaign = make_campaign(site)

    sign_in("marketer").post(page_of(campaign, "launch"))

    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.SCHEDULED
    planner.assert_called_once_with()


def test_a_problem_keeps_a_campaign_from_being_launched(site: Site, planner: Mock) -> None:
    campaign = make_campaign(site, schedule="instant", send_at=None)

    response = sign_in("marketer").post(page_of(campaign, "launch"))

    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.DRAFT
    assert "It cannot be launched yet" in response.content.decode()
    planner.assert_not_called()


def test_a_campaign_is_launched_once(site: Site, planner: Mock) -> None:
    campaign = make_campaign(site, status="running")

    response = sign_in("marketer").post(page_of(campaign, "launch"), follow=True)

    assert "was launched already" in response.content.decode()
    planner.assert_not_called()


@pytest.mark.parametrize(
    ("page", "before", "after"),
    [
        ("pause", "running", "paused"),
        ("resume", "paused", "scheduled"),
        ("cancel", "running", "cancelled"),
    ],
)
def test_a_button_changes_the_state(site: Site, page: str, before: str, after: str) -> None:
    campaign = make_campaign(site, status=before)

    sign_in("marketer").post(page_of(campaign, page))

    campaign.refresh_from_db()
    assert campaign.status == after


def test_a_button_pressed_too_late_is_explained(site: Site) -> None:
    campaign = make_campaign(site, status="finished")

    response = sign_in("marketer").post(page_of(campaign, "pause"), follow=True)

    assert response.status_code == 200
    assert "this campaign is finished" in response.content.decode()


def test_a_duplicate_is_a_draft_with_the_same_message_and_audience(site: Site) -> None:
    campaign = make_campaign(site, status="finished", name="Sale", actions=[{"title": "Go", "link": ""}])
    segment = make_segment(site)
    campaign.exclude_segments.add(segment)

    sign_in("marketer", username="mona").post(page_of(campaign, "duplicate"))

    copy = Campaign.objects.exclude(pk=campaign.pk).get()
    assert (copy.name, copy.status, str(copy.created_by)) == ("Sale (copy)", "draft", "mona")
    assert (copy.title, copy.actions) == (campaign.title, campaign.actions)
    assert list(copy.exclude_segments.all()) == [segment]
