"""Names through the management door: invisible ones are refused, twins are told and kept."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from segments.models import Segment
from subscribers.models import Site
from tests import factories

INVISIBLE = "\u200b\u2060"
PLACE = {"latitude": 1, "longitude": 2}
SITE = {"url": "https://x.example", "contact_email": "push@x.example"}


@pytest.fixture
def api(site: Site) -> APIClient:
    client = APIClient()
    client.force_authenticate(factories.make_user(is_superuser=True))
    return client


def bodies(site: Site) -> dict[str, dict[str, Any]]:
    return {
        "segments": {"site": site.pk, "rule": factories.EVERYONE},
        "campaigns": {"site": site.pk, "title": "Sale", "body": "Now", "link_url": "https://shop.example"},
        "places": {"site": site.pk, **PLACE},
        "sites": SITE,
        "segments/snapshot": {"site": site.pk, "rule": factories.EVERYONE},
    }


@pytest.mark.parametrize("what", ["segments", "campaigns", "places", "sites", "segments/snapshot"])
def test_a_name_with_nothing_to_see_is_refused(api: APIClient, site: Site, what: str) -> None:
    answer = api.post(f"/api/v1/{what}/", {**bodies(site)[what], "name": INVISIBLE}, format="json")

    assert answer.status_code == 400
    assert "Nothing of this name can be seen" in answer.content.decode()


@pytest.mark.parametrize("what", ["segments", "campaigns", "places"])
def test_a_twin_is_told_and_saved(api: APIClient, site: Site, what: str) -> None:
    first = api.post(f"/api/v1/{what}/", {**bodies(site)[what], "name": "Ulm"}, format="json")
    second = api.post(f"/api/v1/{what}/", {**bodies(site)[what], "name": "ULM\u00a0"}, format="json")

    assert (first.status_code, first.json()["warnings"]) == (201, [])
    assert second.status_code == 201
    assert "whose name looks the same: “Ulm”" in second.json()["warnings"][0]
    assert api.get(f"/api/v1/{what}/{second.json()['id']}/").json()["warnings"] == []


def test_a_segment_of_another_site_is_no_twin(api: APIClient, site: Site) -> None:
    factories.make_segment(factories.make_site(), name="ulm")

    answer = api.post("/api/v1/segments/", {**bodies(site)["segments"], "name": "Ulm"}, format="json")

    assert answer.json()["warnings"] == []
    assert Segment.objects.filter(site=site).count() == 1
