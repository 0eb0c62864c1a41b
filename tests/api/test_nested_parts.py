"""What is nested is given whole, in a PATCH too: half a button is refused, not kept."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from subscribers.models import Site
from tests import factories
from tests.api.problems import list_wrong


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"actions": [{}]}, "actions/0/title"),
        ({"actions": [{"link": "/sale"}]}, "actions/0/title"),
        ({"actions": [{"title": "Go"}, {}]}, "actions/1/title"),
        ({"variants": [{}]}, "variants/0/title"),
        ({"variants": [{"body": "Only a text"}]}, "variants/0/title"),
        ({"variants": [{"title": "B", "actions": [{}]}]}, "variants/0/actions/0/title"),
    ],
)
def test_a_part_of_a_message_without_its_title_is_refused(
    client: APIClient, site: Site, body: dict[str, Any], place: str
) -> None:
    campaign = factories.make_campaign(site)

    response = client.patch(f"/api/v1/campaigns/{campaign.pk}/", body, format="json")

    assert response.status_code == 400
    assert list_wrong(response) == {place: ["This field is required."]}


@pytest.mark.parametrize("missing", ["limit", "window"])
def test_half_a_limit_is_refused(client: APIClient, site: Site, missing: str) -> None:
    cap = {"limit": 3, "window": "1 00:00:00"}
    del cap[missing]

    response = client.patch(
        f"/api/v1/sites/{site.pk}/sending-policy/", {"frequency_caps": [cap]}, format="json"
    )

    assert response.status_code == 400
    assert list(list_wrong(response)) == [f"frequency_caps/0/{missing}"]


def test_what_a_part_may_leave_out_gets_its_default(client: APIClient, site: Site) -> None:
    campaign = factories.make_campaign(site)

    response = client.patch(
        f"/api/v1/campaigns/{campaign.pk}/", {"actions": [{"title": "Go"}]}, format="json"
    )

    assert response.json()["actions"] == [{"title": "Go", "link": ""}]
