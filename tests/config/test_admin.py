"""Who meets the machinery in the admin, and who does not."""

import pytest
from django.test import Client

from tests import factories

MACHINERY = ("django_celery_beat/periodictask", "auth/user", "auth/group", "authtoken/tokenproxy")


@pytest.mark.django_db
@pytest.mark.parametrize("path", MACHINERY)
def test_marketers_never_meet_the_machinery(client: Client, path: str) -> None:
    client.force_login(factories.make_user("marketer"))

    assert client.get(f"/admin/{path}/").status_code == 403
    assert f"/admin/{path}/" not in client.get("/admin/").content.decode()


@pytest.mark.django_db
def test_operators_see_to_the_jobs(client: Client) -> None:
    client.force_login(factories.make_user("operator"))

    assert "/admin/django_celery_beat/periodictask/" in client.get("/admin/").content.decode()
    assert client.get("/admin/django_celery_beat/periodictask/add/").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", [*MACHINERY, "django_celery_beat/crontabschedule", "subscribers/site", "subscribers/place"]
)
@pytest.mark.parametrize("page", ["", "add/"])
def test_every_page_opens_for_the_administrator(client: Client, path: str, page: str) -> None:
    client.force_login(factories.make_user(is_superuser=True))

    assert client.get(f"/admin/{path}/{page}").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["marketer", "analyst", "operator"])
def test_every_role_opens_every_page_that_the_sidebar_offers(client: Client, role: str) -> None:
    client.force_login(factories.make_user(role))
    for path in (
        "campaigns/campaign", "segments/segment", "subscribers/subscriber", "subscribers/attribute",
        "tracking/eventtype", "subscribers/place", "subscribers/site",
    ):  # fmt: skip
        assert client.get(f"/admin/{path}/").status_code == 200, path
