"""From the dry run to the launch, and the buttons of a campaign that is under way."""

from unittest.mock import Mock

import pytest

from campaigns.admin import lifecycle_views
from campaigns.models import Campaign
from subscribers.models import Site
from tests.campaigns.admin.pages import page_of, sign_in
from tests.factories import make_campaign, make_segment

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def planner(monkeypatch: pytest.MonkeyPatch) -> Mock:
    """Called where the planner is woken; no worker runs in these tests."""
    woken = Mock()
    monkeypatch.setattr(lifecycle_views, "queue_on_commit", lambda task: woken())
    return woken


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
