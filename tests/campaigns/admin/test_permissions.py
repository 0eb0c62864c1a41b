"""Who may do what with a campaign: each button has its permission, and drafts alone are edited or deleted."""

import pytest

from campaigns.forms import CampaignForm
from campaigns.models import Campaign
from subscribers.models import Site
from tests.campaigns.admin.pages import fill_in, page_of, sign_in
from tests.factories import make_campaign

pytestmark = pytest.mark.django_db
CHANGING = ("launch", "cancel", "pause", "resume", "duplicate", "test")
READING = ("change", "progress", "report")


@pytest.mark.parametrize("page", READING)
def test_an_analyst_reads(site: Site, page: str) -> None:
    campaign = make_campaign(site, status="running")

    assert sign_in("analyst").get(page_of(campaign, page)).status_code == 200


@pytest.mark.parametrize("page", CHANGING)
def test_an_analyst_changes_nothing(site: Site, page: str) -> None:
    campaign = make_campaign(site)

    assert sign_in("analyst").post(page_of(campaign, page)).status_code == 403
    assert Campaign.objects.get() == campaign


def test_an_analyst_sees_no_buttons(site: Site) -> None:
    page = sign_in("analyst").get(page_of(make_campaign(site))).content.decode()

    assert "Launch…" not in page
    assert "Save draft" not in page
    assert "Duplicate" not in page


@pytest.mark.parametrize("page", READING)
def test_staff_without_a_role_reads_nothing(site: Site, page: str) -> None:
    campaign = make_campaign(site)

    assert sign_in().get(page_of(campaign, page)).status_code == 403


def test_an_operator_launches_but_does_not_edit(site: Site) -> None:
    page = sign_in("operator").get(page_of(make_campaign(site))).content.decode()

    assert "Launch…" in page
    assert "Save draft" not in page


@pytest.mark.parametrize("page", ["pause", "resume", "duplicate"])
def test_what_changes_something_is_posted(site: Site, page: str) -> None:
    campaign = make_campaign(site, status="running")

    assert sign_in("marketer").get(page_of(campaign, page)).status_code == 405


@pytest.mark.parametrize("page", ["launch", "cancel"])
def test_looking_at_a_confirmation_does_nothing(site: Site, page: str) -> None:
    status = "draft" if page == "launch" else "running"
    campaign = make_campaign(site, status=status)

    assert sign_in("marketer").get(page_of(campaign, page)).status_code == 200
    campaign.refresh_from_db()
    assert campaign.status == status


def test_a_launched_campaign_is_not_edited(site: Site) -> None:
    campaign = make_campaign(site, status="running", title="As sent")

    response = sign_in("marketer").post(page_of(campaign), fill_in(site, title="Changed"), follow=True)

    campaign.refresh_from_db()
    assert campaign.title == "As sent"
    assert "only drafts can be edited" in response.content.decode()


def test_a_launch_during_an_edit_wins(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = make_campaign(site, title="As sent")

    def launch_meanwhile(form: CampaignForm, values: object) -> None:
        Campaign.objects.filter(pk=campaign.pk).update(status="running")

    monkeypatch.setattr(CampaignForm, "_check_buttons", launch_meanwhile)

    response = sign_in("marketer").post(page_of(campaign), fill_in(site, title="Changed"))

    assert response.status_code == 403
    campaign.refresh_from_db()
    assert campaign.title == "As sent"


def test_a_launched_campaign_is_not_deleted(site: Site) -> None:
    campaign = make_campaign(site, status="finished")

    assert sign_in("marketer").post(page_of(campaign, "delete"), {"post": "yes"}).status_code == 403
    assert Campaign.objects.exists()


def test_a_draft_is_deleted(site: Site) -> None:
    campaign = make_campaign(site)

    sign_in("marketer").post(page_of(campaign, "delete"), {"post": "yes"})

    assert not Campaign.objects.exists()


def test_a_page_of_no_campaign_is_not_found(site: Site) -> None:
    assert sign_in("marketer").get("/admin/campaigns/campaign/999/report/").status_code == 404
