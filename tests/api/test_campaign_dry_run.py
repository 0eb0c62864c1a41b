"""What a launch would do, through the management door."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from campaigns.dry_runs import answering, work_out_waiting
from campaigns.models import Campaign, Delivery, DryRun
from subscribers.models import Site
from tests import factories
from tests.api.conftest import Connect


@pytest.fixture
def campaign(site: Site) -> Campaign:
    """Three people: two can be reached, one of them in Tokyo, the third never allowed notifications."""
    for number, zone in enumerate(("Asia/Tokyo", "Europe/Berlin")):
        person = factories.make_subscriber(site, timezone=zone, external_id=f"customer-{number}")
        factories.make_push_subscription(person)
    factories.make_subscriber(site, external_id="customer-2")
    day = timezone.now().date() + dt.timedelta(days=3)
    return factories.make_campaign(
        site, schedule=Campaign.Schedule.LOCAL, local_date=day, local_time=dt.time(9)
    )


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every site counts as a large one: a worker has to work it out."""
    monkeypatch.setattr(answering, "SMALL", 0)


def address(campaign: Campaign, rest: str = "") -> str:
    return f"/api/v1/campaigns/{campaign.pk}/dry-run/{rest}"


def list_people(client: APIClient, campaign: Campaign, **query: Any) -> list[dict[str, Any]]:
    response = client.get(address(campaign, "people/"), query)
    assert response.status_code == 200, response.content
    people: list[dict[str, Any]] = response.json()["results"]
    return people


def test_the_figures_add_up_to_the_audience(client: APIClient, campaign: Campaign) -> None:
    body = client.get(address(campaign)).json()

    assert body["status"] == "ready"
    assert body["audience"] == body["planned"] + sum(body["skipped_by_reason"].values()) == 3
    assert sum(body["by_variant"].values()) == body["planned"] == 2
    assert sum(hour["people"] for hour in body["by_hour"]) == 2
    assert {zone["zone"]: zone["people"] for zone in body["by_zone"]} == {"Asia/Tokyo": 1, "Europe/Berlin": 1}


def test_each_group_is_told_what_their_clocks_show(client: APIClient, campaign: Campaign) -> None:
    groups = client.get(address(campaign)).json()["by_due"]

    assert [(group["timezone"], group["local"][11:16]) for group in groups] == [
        ("Asia/Tokyo", "09:00"),
        ("Europe/Berlin", "09:00"),
    ]


def test_on_a_large_site_one_asks_again_until_it_is_there(
    client: APIClient, campaign: Campaign, large: None
) -> None:
    first = client.get(address(campaign))
    assert (first.status_code, first.json()["status"]) == (202, "waiting")
    assert "audience" not in first.json()

    work_out_waiting(now=timezone.now())

    second = client.get(address(campaign))
    assert (second.status_code, second.json()["audience"]) == (200, 3)


def test_what_was_worked_out_holds_until_the_draft_is_changed(
    client: APIClient, campaign: Campaign, large: None
) -> None:
    client.get(address(campaign))
    work_out_waiting(now=timezone.now())
    before = client.get(address(campaign)).json()["as_of"]
    assert client.get(address(campaign)).json()["as_of"] == before

    client.patch(f"/api/v1/campaigns/{campaign.pk}/", {"title": "Other words"})

    assert client.get(address(campaign)).status_code == 202


def test_posting_has_it_worked_out_anew(client: APIClient, campaign: Campaign, large: None) -> None:
    client.get(address(campaign))
    work_out_waiting(now=timezone.now())

    assert client.post(address(campaign)).status_code == 202


def test_why_it_failed_is_said(client: APIClient, campaign: Campaign, large: None) -> None:
    client.get(address(campaign))
    DryRun.objects.update(status="failed", failure="The rule is broken.")

    response = client.get(address(campaign))

    assert (response.status_code, response.json()["failure"]) == (200, "The rule is broken.")


def test_everybody_is_listed_with_their_own_clock(client: APIClient, campaign: Campaign) -> None:
    tokyo, berlin, never = list_people(client, campaign)

    assert tokyo["local_due_at"].endswith("T09:00:00+09:00")
    assert (berlin["timezone"], berlin["reason"]) == ("Europe/Berlin", "")
    assert (never["reason"], never["due_at"]) == ("never_subscribed", None)
    assert Delivery.objects.count() == 0


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"reason": "planned"}, ["customer-0", "customer-1"]),
        ({"reason": "never_subscribed"}, ["customer-2"]),
        ({"zone": "Asia/Tokyo"}, ["customer-0"]),
        ({"search": "customer-1"}, ["customer-1"]),
        ({"variant": "B"}, []),
    ],
)
def test_people_are_found_by_what_would_happen_to_them(
    client: APIClient, campaign: Campaign, query: dict[str, str], names: list[str]
) -> None:
    assert [person["name"] for person in list_people(client, campaign, **query)] == names


def test_people_come_a_page_at_a_time(client: APIClient, campaign: Campaign) -> None:
    first = client.get(address(campaign, "people/"), {"page_size": 2}).json()
    second = client.get(first["next"]).json()

    assert [len(first["results"]), len(second["results"])] == [2, 1]
    assert second["next"] is None


@pytest.mark.parametrize(
    "query", [{"cursor": "x"}, {"cursor": 2**63}, {"cursor": -1}, {"page_size": 0}, {"search": "nul\0"}]
)
def test_an_odd_question_is_answered_with_a_reason(
    client: APIClient, campaign: Campaign, query: dict[str, Any]
) -> None:
    assert client.get(address(campaign, "people/"), query).status_code == 400


@pytest.mark.parametrize(("role", "status"), [("analyst", 200), ("no such role", 403)])
def test_who_may_look_at_campaigns_may_look_at_dry_runs(
    connect: Connect, campaign: Campaign, role: str, status: int
) -> None:
    assert connect(role).get(address(campaign)).status_code == status
    assert connect(role).get(address(campaign, "people/")).status_code == status
