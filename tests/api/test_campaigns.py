"""Campaigns through the management door."""

import datetime as dt
from unittest.mock import patch

import pytest
from celery import current_app
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks
from rest_framework.test import APIClient

from campaigns.models import Campaign, Delivery
from campaigns.tasks import launch_scheduled_campaigns
from subscribers.models import Site
from tests import factories
from tests.api.conftest import Connect
from tests.api.problems import list_fields, list_wrong


def test_a_draft_is_made_with_its_buttons_and_segments(client: APIClient, site: Site) -> None:
    segment = factories.make_segment(site)
    draft = {
        "site": site.pk,
        "name": "Spring sale",
        "title": "Hello",
        "actions": [{"title": "Shop", "link": "https://shop.example"}],
        "include_segments": [segment.pk],
    }

    response = client.post("/api/v1/campaigns/", draft)

    assert response.status_code == 201, response.content
    campaign = Campaign.objects.get(pk=response.json()["id"])
    assert campaign.status == Campaign.Status.DRAFT
    assert campaign.actions == [{"title": "Shop", "link": "https://shop.example"}]
    assert list(campaign.include_segments.all()) == [segment]


def test_a_third_button_is_refused(client: APIClient, site: Site) -> None:
    campaign = factories.make_campaign(site)

    response = client.patch(f"/api/v1/campaigns/{campaign.pk}/", {"actions": [{"title": "Go"}] * 3})

    assert response.status_code == 400
    assert "actions" in list_fields(response)


def test_buttons_and_texts_of_a_draft_are_changed(client: APIClient, site: Site) -> None:
    campaign = factories.make_campaign(site)
    change = {"title": "New title", "actions": [{"title": "Go", "link": ""}]}

    response = client.patch(f"/api/v1/campaigns/{campaign.pk}/", change)

    assert response.status_code == 200, response.content
    campaign.refresh_from_db()
    assert (campaign.title, campaign.actions) == ("New title", [{"title": "Go", "link": ""}])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("local_date", "0001-01-01"),
        ("local_date", "9999-12-31"),
        ("send_at", "0001-01-01T00:00:00Z"),
        ("send_at", "9999-12-31T23:59:59Z"),
    ],
)
def test_a_day_out_of_this_world_is_refused_in_words(
    client: APIClient, site: Site, field: str, value: str
) -> None:
    campaign = factories.make_campaign(site)

    response = client.patch(f"/api/v1/campaigns/{campaign.pk}/", {field: value})

    assert response.status_code == 400
    assert list_wrong(response) == {field: ["Choose a day in the years from 2000 to 2999."]}


def test_the_farthest_days_that_are_taken_can_be_tried_out(client: APIClient, site: Site) -> None:
    campaign = factories.make_campaign(site, schedule=Campaign.Schedule.LOCAL)
    factories.make_push_subscription(factories.make_subscriber(site, timezone="Pacific/Kiritimati"))
    factories.make_push_subscription(factories.make_subscriber(site, timezone="Etc/GMT+12"))
    address = f"/api/v1/campaigns/{campaign.pk}/"

    for day in ("2000-01-01", "2999-12-31"):
        assert client.patch(address, {"local_date": day, "local_time": "00:00"}).status_code == 200
        assert client.get(f"{address}dry-run/").json()["audience"] == 2


def test_a_segment_of_another_site_is_refused(client: APIClient, site: Site) -> None:
    foreign = factories.make_segment(factories.make_site(), name="Theirs")
    campaign = factories.make_campaign(site)

    response = client.patch(f"/api/v1/campaigns/{campaign.pk}/", {"include_segments": [foreign.pk]})

    assert list_wrong(response) == {"include_segments": ["Not segments of this campaign's site: Theirs."]}


def test_a_launched_campaign_is_neither_edited_nor_deleted(client: APIClient, site: Site) -> None:
    campaign = factories.make_campaign(site, status=Campaign.Status.RUNNING)
    address = f"/api/v1/campaigns/{campaign.pk}/"

    for response in (client.patch(address, {"title": "Oops"}), client.delete(address)):
        assert response.status_code == 409
        assert "this campaign is running" in response.json()["detail"]


def test_a_launch_makes_the_campaign_wait_for_its_planning(
    client: APIClient, site: Site, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    campaign = factories.make_campaign(site)

    with (
        patch.object(current_app, "send_task") as send_task,
        django_capture_on_commit_callbacks(execute=True),
    ):
        response = client.post(f"/api/v1/campaigns/{campaign.pk}/launch/")

    assert response.status_code == 200, response.content
    assert response.json()["status"] == "scheduled"
    assert send_task.call_args.args == (launch_scheduled_campaigns.name, (), {})


def test_what_stands_in_the_way_of_a_launch_is_listed(client: APIClient, site: Site) -> None:
    campaign = factories.make_campaign(site, schedule=Campaign.Schedule.INSTANT)

    response = client.post(f"/api/v1/campaigns/{campaign.pk}/launch/")

    assert response.status_code == 400
    assert list_wrong(response) == {"": ["Choose the moment at which it is sent."]}


@pytest.mark.parametrize(
    ("status", "step"),
    [("running", "launch"), ("draft", "pause"), ("running", "resume"), ("finished", "cancel")],
)
def test_a_step_from_the_wrong_state_is_a_conflict(
    client: APIClient, site: Site, status: str, step: str
) -> None:
    campaign = factories.make_campaign(site, status=status)

    response = client.post(f"/api/v1/campaigns/{campaign.pk}/{step}/")

    assert response.status_code == 409
    assert response.json()["detail"].startswith("Only a")


def test_a_running_campaign_is_paused_resumed_and_cancelled(client: APIClient, site: Site) -> None:
    campaign = factories.make_campaign(site, status=Campaign.Status.RUNNING)
    factories.make_occurrence(campaign, planned_at=factories.NOW)
    campaign.batches.create(occurrence=1, due_at=factories.NOW)

    states = [
        client.post(f"/api/v1/campaigns/{campaign.pk}/{step}/").json()["status"]
        for step in ("pause", "resume", "cancel")
    ]

    assert states == ["paused", "running", "cancelled"]


@pytest.mark.parametrize(("role", "status"), [("marketer", 200), ("operator", 200), ("analyst", 403)])
def test_only_those_who_may_launch_change_the_state(
    connect: Connect, site: Site, role: str, status: int
) -> None:
    campaign = factories.make_campaign(site, status=Campaign.Status.RUNNING)

    assert connect(role).post(f"/api/v1/campaigns/{campaign.pk}/pause/").status_code == status


def test_a_dry_run_shows_the_plan_and_writes_nothing(connect: Connect, site: Site) -> None:
    factories.make_push_subscription(factories.make_subscriber(site))
    factories.make_subscriber(site)
    campaign = factories.make_campaign(
        site, schedule=Campaign.Schedule.INSTANT, send_at=timezone.now() + dt.timedelta(days=1)
    )

    response = connect("analyst").get(f"/api/v1/campaigns/{campaign.pk}/dry-run/")

    assert response.status_code == 200, response.content
    body = response.json()
    assert (body["audience"], body["planned"], body["skipped_by_reason"]) == (2, 1, {"never_subscribed": 1})
    assert [group["count"] for group in body["by_due"]] == [1]
    assert Delivery.objects.count() == 0


def test_a_dry_run_of_an_unfinished_draft_says_what_is_missing(client: APIClient, site: Site) -> None:
    campaign = factories.make_campaign(site, schedule=Campaign.Schedule.LOCAL)

    response = client.get(f"/api/v1/campaigns/{campaign.pk}/dry-run/")

    assert response.json()["remarks"][0] == "Choose the date and the time of day at which it is sent."


def test_the_report_adds_up_and_the_deliveries_are_listed(client: APIClient, site: Site) -> None:
    campaign = factories.make_campaign(site, status=Campaign.Status.FINISHED)
    ana, ben = factories.make_subscriber(site), factories.make_subscriber(site)
    factories.make_delivery(campaign, ana, status="clicked", sent_at=factories.NOW)
    factories.make_delivery(campaign, ben, status="skipped", reason="never_subscribed")

    report = client.get(f"/api/v1/campaigns/{campaign.pk}/report/").json()
    deliveries = client.get(f"/api/v1/campaigns/{campaign.pk}/deliveries/?status=skipped").json()["results"]

    assert (report["audience"], report["sent"], report["clicked"], report["skipped"]) == (2, 1, 1, 1)
    assert report["reasons"][0]["label"] == "Never allowed notifications"
    assert [(row["subscriber"], row["reason"]) for row in deliveries] == [(ben.pk, "never_subscribed")]
