"""All that a draft can say, through the management door."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from campaigns.models import Campaign
from subscribers.models import Site
from tests import factories
from tests.api.problems import list_fields, list_wrong

GOAL = {
    "type": "event",
    "event": "purchase",
    "where": [{"property": "price", "operator": "at_least", "value": 50}],
}


def post(client: APIClient, site: Site, **values: Any) -> Any:
    body = {"site": site.pk, "name": "Sale", "title": "The sale is on", **values}
    return client.post("/api/v1/campaigns/", body)


def test_further_versions_are_lettered_in_their_order(client: APIClient, site: Site) -> None:
    response = post(client, site, variants=[{"title": "Second"}, {"title": "Third", "weight": 2}])

    assert response.status_code == 201, response.content
    variants = response.json()["variants"]
    assert [(each["letter"], each["title"], each["weight"]) for each in variants] == [
        ("B", "Second", 1),
        ("C", "Third", 2),
    ]


def test_versions_that_are_given_replace_those_there_are(client: APIClient, site: Site) -> None:
    campaign_id = post(client, site, variants=[{"title": "Second"}, {"title": "Third"}]).json()["id"]

    response = client.patch(f"/api/v1/campaigns/{campaign_id}/", {"variants": [{"title": "Other"}]})

    assert [each["title"] for each in response.json()["variants"]] == ["Other"]


def test_a_change_that_says_nothing_of_versions_leaves_them(client: APIClient, site: Site) -> None:
    campaign_id = post(client, site, variants=[{"title": "Second"}]).json()["id"]

    response = client.patch(f"/api/v1/campaigns/{campaign_id}/", {"title": "New"})

    assert [each["title"] for each in response.json()["variants"]] == ["Second"]


def test_what_is_wrong_with_a_version_is_said_at_its_place(client: APIClient, site: Site) -> None:
    response = post(client, site, variants=[{"title": "Second"}, {"title": "", "weight": 0}])

    assert response.status_code == 400
    assert set(list_wrong(response)) == {"variants/1/title", "variants/1/weight"}


def test_more_versions_than_letters_are_refused(client: APIClient, site: Site) -> None:
    response = post(client, site, variants=[{"title": "Another"}] * 8)

    assert response.status_code == 400
    assert "variants" in list_wrong(response)


def test_a_goal_with_its_windows_is_kept(client: APIClient, site: Site) -> None:
    response = post(client, site, goal=GOAL, click_window="7 00:00:00", view_window=None)

    assert response.status_code == 201, response.content
    campaign = Campaign.objects.get()
    assert campaign.goal == GOAL
    assert (campaign.click_window and campaign.click_window.days, campaign.view_window) == (7, None)


@pytest.mark.parametrize(
    ("goal", "sentence"),
    [
        ("purchase", "A goal is one event"),
        ({"type": "event"}, "event"),
        ({"type": "event", "event": "purchase", "count": {"operator": "at_least", "value": 2}}, "count"),
        ({"type": "event", "event": "$push_clicked"}, "campaigns record themselves"),
        (
            {"type": "event", "event": "purchase", "where": [{"property": "price", "operator": "at_least"}]},
            "where[0]",
        ),
    ],
)
def test_a_goal_that_cannot_be_understood_is_refused_in_words(
    client: APIClient, site: Site, goal: Any, sentence: str
) -> None:
    response = post(client, site, goal=goal)

    assert response.status_code == 400
    assert sentence in " ".join(list_wrong(response)["goal"])


def test_no_goal_is_a_goal_taken_away(client: APIClient, site: Site) -> None:
    campaign = factories.make_campaign(site, goal=GOAL)

    client.patch(f"/api/v1/campaigns/{campaign.pk}/", {"goal": None})

    campaign.refresh_from_db()
    assert campaign.goal is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("holdout_percent", 51),
        ("test_percent", 0),
        ("weight", 101),
        ("month_day", 32),
        ("weekdays", [8]),
        ("cap_limit", 0),
        ("cap_window", "0"),
        ("cap_window", "400 00:00:00"),
        ("test_duration", "-1 00:00:00"),
        ("click_window", "91 00:00:00"),
        ("throttle_per_minute", 0),
        ("topic", "spring sale!"),
        ("priority", 15),
        ("winner_by", "dice"),
        ("repeats", "hourly"),
    ],
)
def test_a_value_out_of_bounds_is_refused_at_its_field(
    client: APIClient, site: Site, field: str, value: Any
) -> None:
    response = post(client, site, **{field: value})

    assert response.status_code == 400
    assert list_fields(response) == {field}


def test_days_of_the_week_are_kept_in_order_and_once(client: APIClient, site: Site) -> None:
    response = post(client, site, schedule="recurring", repeats="weekly", weekdays=[5, 1, 5])

    assert response.json()["weekdays"] == [1, 5]


def test_the_winner_is_read_only(client: APIClient, site: Site) -> None:
    response = post(client, site, winner="B", winner_note="I say so")

    assert list_fields(response) == {"winner", "winner_note"}
