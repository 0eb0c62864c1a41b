"""A site's sending policy through the management door."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from campaigns.models import FrequencyCap, SendingPolicy
from subscribers.models import Site
from tests.api.conftest import Connect
from tests.api.problems import list_fields

QUIET = {"quiet_from": "22:00", "quiet_until": "08:00"}


def address(site: Site) -> str:
    return f"/api/v1/sites/{site.pk}/sending-policy/"


def test_a_site_where_nothing_was_settled_holds_nobody_back(client: APIClient, site: Site) -> None:
    body = client.get(address(site)).json()

    assert (body["site"], body["frequency_caps"], body["quiet_from"]) == (site.pk, [], None)
    assert not SendingPolicy.objects.exists()


def test_limits_and_quiet_hours_are_set(client: APIClient, site: Site) -> None:
    caps = [{"limit": 1, "window": "1 00:00:00"}, {"limit": 3, "window": "7 00:00:00"}]

    response = client.put(address(site), {**QUIET, "holdout_percent": 5, "frequency_caps": caps})

    assert response.status_code == 200, response.content
    assert response.json()["frequency_caps"] == caps
    assert SendingPolicy.objects.get(site=site).holdout_percent == 5
    assert FrequencyCap.objects.filter(site=site).count() == 2


def test_limits_that_are_given_replace_those_there_are(client: APIClient, site: Site) -> None:
    client.put(address(site), {"frequency_caps": [{"limit": 1, "window": "1 00:00:00"}]})

    client.patch(address(site), {"frequency_caps": []})

    assert not FrequencyCap.objects.exists()


def test_a_change_that_says_nothing_of_limits_leaves_them(client: APIClient, site: Site) -> None:
    client.put(address(site), {"frequency_caps": [{"limit": 1, "window": "1 00:00:00"}]})

    response = client.patch(address(site), QUIET)

    assert response.json()["frequency_caps"] == [{"limit": 1, "window": "1 00:00:00"}]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"quiet_from": "22:00"}, "quiet_until"),
        ({"quiet_from": "22:00", "quiet_until": "22:00"}, "quiet_until"),
        ({"holdout_percent": 60}, "holdout_percent"),
        ({"throttle_per_minute": 0}, "throttle_per_minute"),
        ({"frequency_caps": [{"limit": 0, "window": "1 00:00:00"}]}, "frequency_caps"),
        ({"frequency_caps": [{"limit": 1, "window": "0"}]}, "frequency_caps"),
        ({"frequency_caps": [{"limit": 1, "window": "60"}, {"limit": 2, "window": "60"}]}, "frequency_caps"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(
    client: APIClient, site: Site, body: dict[str, Any], field: str
) -> None:
    response = client.patch(address(site), body)

    assert response.status_code == 400
    assert list_fields(response) == {field}


@pytest.mark.parametrize(("role", "status"), [("marketer", 200), ("operator", 200), ("analyst", 403)])
def test_marketers_and_operators_settle_it_and_analysts_read(
    connect: Connect, site: Site, role: str, status: int
) -> None:
    client = connect(role)

    assert client.get(address(site)).status_code == 200
    assert client.patch(address(site), QUIET).status_code == status


@pytest.mark.parametrize("site_id", ["0", "999999", "9" * 30])
def test_a_site_that_does_not_exist_has_no_policy(client: APIClient, site_id: str) -> None:
    assert client.get(f"/api/v1/sites/{site_id}/sending-policy/").status_code == 404
