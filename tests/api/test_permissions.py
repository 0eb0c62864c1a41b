"""Who may come through the management door, and how far."""

import pytest
from rest_framework.test import APIClient

from subscribers.models import Site
from tests import factories
from tests.api.conftest import Connect

PLACE = {"name": "Hamburg store", "latitude": 53.55, "longitude": 9.99}


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["sites", "subscribers", "attributes", "event-types", "places"])
def test_a_stranger_is_asked_for_a_token(path: str) -> None:
    response = APIClient().get(f"/api/v1/{path}/")

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="api"'


def test_somebody_without_a_role_may_not_even_read(connect: Connect) -> None:
    client = connect("no such role")

    assert client.get("/api/v1/subscribers/").status_code == 403


def test_an_analyst_reads_and_does_not_write(connect: Connect, site: Site) -> None:
    client = connect("analyst")

    assert client.get("/api/v1/places/").status_code == 200
    assert client.post("/api/v1/places/", {**PLACE, "site": site.pk}).status_code == 403


def test_a_marketer_adds_places_but_does_not_change_sites(connect: Connect, site: Site) -> None:
    client = connect("marketer")

    assert client.post("/api/v1/places/", {**PLACE, "site": site.pk}).status_code == 201
    assert client.patch(f"/api/v1/sites/{site.pk}/", {"name": "Mine"}).status_code == 403


def test_an_operator_changes_sites(connect: Connect, site: Site) -> None:
    response = connect("operator").patch(f"/api/v1/sites/{site.pk}/", {"name": "Shop of shops"})

    assert response.status_code == 200
    assert response.json()["name"] == "Shop of shops"


def test_a_session_of_the_admin_is_let_in_as_well(db: None) -> None:
    client = APIClient()
    client.force_login(factories.make_user("analyst"))

    assert client.get("/api/v1/subscribers/").status_code == 200
