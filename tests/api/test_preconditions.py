"""Whoever says with If-Match which version they saw never overwrites another one, whatever it is of."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from segments.models import Segment
from subscribers.models import Attribute, Place, Site
from tests import factories
from tracking.models import EventType

pytestmark = pytest.mark.django_db
JSON: dict[str, Any] = {"content_type": "application/json"}
THINGS: dict[str, tuple[Callable[[Site], str], dict[str, Any], dict[str, Any]]] = {
    "segments": (lambda site: f"segments/{factories.make_segment(site).pk}/", {"name": "Mine"}, {"description": "x"}),
    "a list": (lambda site: f"segments/{factories.make_list(site).pk}/", {"name": "Mine"}, {"description": "x"}),
    "rules": (
        lambda site: f"segments/{factories.make_segment(site).pk}/",
        {"rule": {"version": 1, "root": {"type": "profile", "field": "country", "operator": "equals", "value": "DE"}}},
        {"name": "Theirs"},
    ),
    "sites": (lambda site: f"sites/{site.pk}/", {"timezone": "Asia/Tokyo"}, {"name": "Theirs"}),
    "policies": (lambda site: f"sites/{site.pk}/sending-policy/", {"holdout_percent": 5}, {"throttle_per_minute": 9}),
    "places": (
        lambda site: f"places/{Place.objects.create(site=site, name='Store', latitude=1, longitude=1).pk}/",
        {"latitude": 2}, {"name": "Theirs"},
    ),
    "attributes": (
        lambda site: f"attributes/{Attribute.objects.create(site=site, key='tier', type='text').pk}/",
        {"type": "number"}, {"description": "Theirs"},
    ),
    "event-types": (
        lambda site: f"event-types/{EventType.objects.create(site=site, name='purchase', first_seen_at=factories.NOW).pk}/",
        {"description": "Mine"}, {"description": "Theirs"},
    ),
}  # fmt: skip


@pytest.fixture
def client_() -> Client:
    client = Client()
    client.force_login(factories.make_user(is_superuser=True))
    return client


@pytest.mark.parametrize("name", THINGS)
def test_a_change_of_another_version_is_refused_and_of_this_one_is_made(
    client_: Client, site: Site, name: str
) -> None:
    find, mine, theirs = THINGS[name]
    address = f"/api/v1/{find(site)}"
    seen = client_.get(address)["ETag"]
    assert client_.get(address)["ETag"] == seen
    changed = client_.patch(address, theirs, **JSON)
    assert changed.status_code == 200
    assert changed["ETag"] == client_.get(address)["ETag"] != seen

    refused = client_.patch(address, mine, headers={"if-match": seen}, **JSON)
    made = client_.patch(address, mine, headers={"if-match": changed["ETag"]}, **JSON)

    assert (refused.status_code, made.status_code) == (412, 200)
    assert changed["ETag"] in refused.json()["detail"]
    now = client_.get(address)
    assert now["ETag"] == made["ETag"]
    assert {key: now.json()[key] for key in {**theirs, **mine}} == {**theirs, **mine}


def test_what_was_changed_since_is_not_deleted(client_: Client, site: Site) -> None:
    segment = factories.make_segment(site)
    address = f"/api/v1/segments/{segment.pk}/"
    seen = client_.get(address)["ETag"]
    Segment.objects.filter(pk=segment.pk).update(name="Theirs")
    assert client_.delete(address, headers={"if-match": seen}).status_code == 412
    assert client_.delete(address, headers={"if-match": client_.get(address)["ETag"]}).status_code == 204


def test_a_build_or_an_upload_is_no_other_version(client_: Client, site: Site) -> None:
    segment = factories.make_segment(site)
    address = f"/api/v1/segments/{segment.pk}/"
    seen = client_.get(address)["ETag"]
    Segment.objects.filter(pk=segment.pk).update(status="ready", member_count=9, refreshed_at=factories.NOW)
    assert client_.patch(address, {"name": "Mine"}, headers={"if-match": seen}, **JSON).status_code == 200
