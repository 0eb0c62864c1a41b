"""Keys are made, shown once and revoked in the admin, and the audit log is read there."""

import datetime as dt
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from rest_framework.test import APIClient

from access.models import ApiKey, AuditEntry
from subscribers.models import Site
from tests import factories

ADD = "/admin/access/apikey/add/"


def log_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def typed(site: Site, *scopes: str, **values: str) -> dict[str, object]:
    return {
        "site": site.pk,
        "name": "Shop backend",
        "scopes": scopes,
        "expires_at_0": "",
        "expires_at_1": "",
        **values,
    }


def test_an_operator_makes_a_key_for_their_site_which_is_shown_once(site: Site) -> None:
    client = log_in(factories.make_user(memberships={site: "operator"}))
    page = client.post(ADD, typed(site, "ingest", "read"))
    assert "no-store" in page.headers["Cache-Control"]
    secret = re.findall(r"ck_[\w-]{43}", page.content.decode())[0]
    key = ApiKey.objects.get()
    assert (key.site, key.scopes, key.name) == (site, ["ingest", "read"], "Shop backend")
    for path in (
        "/admin/access/apikey/",
        f"/admin/access/apikey/{key.pk}/change/",
        "/admin/access/auditentry/",
    ):
        shown = client.get(path)
        assert shown.status_code == 200
        assert secret not in shown.content.decode()
    program = APIClient()
    program.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert program.get("/api/v1/segments/").status_code == 200
    entry: Any = AuditEntry.objects.get(action="add")
    assert (entry.target_type, entry.after["scopes"]) == ("access.apikey", ["ingest", "read"])
    assert secret not in str(entry.after)
    assert entry.after["digest"] == "(secret)"


def test_nobody_makes_a_key_for_a_site_that_they_do_not_operate(site: Site) -> None:
    other = factories.make_site()
    client = log_in(factories.make_user(memberships={site: "operator", other: "marketer"}))
    assert client.post(ADD, typed(other, "read")).status_code == 200
    assert not ApiKey.objects.exists()
    for role in ("marketer", "analyst"):
        assert log_in(factories.make_user(role)).post(ADD, typed(site, "read")).status_code == 403


def test_a_key_may_not_more_than_whoever_makes_it(site: Site) -> None:
    user = factories.make_user()
    user.user_permissions.set([])
    client = log_in(factories.make_user(memberships={site: "operator"}))
    assert client.post(ADD, typed(site, "launch", "people")).status_code == 200
    assert ApiKey.objects.count() == 1


@pytest.mark.parametrize(
    "wrong", [{"scopes": ()}, {"name": ""}, {"expires_at_0": "2020-01-01", "expires_at_1": "00:00"}]
)
def test_a_key_that_could_do_nothing_is_not_made(site: Site, wrong: dict[str, object]) -> None:
    client = log_in(factories.make_user(is_superuser=True))
    assert client.post(ADD, {**typed(site, "read"), **wrong}).status_code == 200
    assert not ApiKey.objects.exists()


def test_a_key_is_revoked_for_good_after_a_question(site: Site) -> None:
    client = log_in(factories.make_user(memberships={site: "operator"}))
    client.post(ADD, typed(site, "read"))
    key = ApiKey.objects.get()
    assert (
        f"/admin/access/apikey/{key.pk}/revoke/"
        in client.get(f"/admin/access/apikey/{key.pk}/change/").content.decode()
    )
    assert client.get(f"/admin/access/apikey/{key.pk}/revoke/").status_code == 200
    assert ApiKey.objects.get().revoked_at is None
    assert client.post(f"/admin/access/apikey/{key.pk}/revoke/").status_code == 302
    assert ApiKey.objects.get().revoked_at is not None
    entry = AuditEntry.objects.get(action="revoke")
    assert (entry.target_id, entry.fields) == (str(key.pk), ["revoked_at"])
    assert client.post(ADD, typed(site, "read")).status_code == 200  # the name is free again
    assert ApiKey.objects.count() == 2


def test_keys_and_entries_of_other_sites_are_not_there(site: Site) -> None:
    other = factories.make_site(name="The other shop")
    administrator = log_in(factories.make_user(is_superuser=True))
    administrator.post(ADD, typed(other, "read"))
    key, entry = ApiKey.objects.get(), AuditEntry.objects.get()
    operator = factories.make_user(memberships={site: "operator"})
    client = log_in(operator)
    for path in (
        f"/admin/access/apikey/{key.pk}/change/",
        f"/admin/access/apikey/{key.pk}/revoke/",
        f"/admin/access/auditentry/{entry.pk}/change/",
        f"/api/v1/audit/{entry.pk}/",
    ):
        assert client.get(path).status_code == 404, path
    assert client.post(f"/admin/access/apikey/{key.pk}/revoke/").status_code == 404
    assert "The other shop" not in client.get("/admin/access/auditentry/").content.decode()
    assert client.get("/api/v1/audit/?actor=person").json()["results"] == []
    assert [each["id"] for each in administrator.get("/api/v1/audit/?action=add").json()["results"]] == [
        entry.pk
    ]


def test_the_log_is_read_and_searched_and_never_written(site: Site) -> None:
    client = log_in(factories.make_user(is_superuser=True))
    client.post(ADD, typed(site, "read"))
    entry = AuditEntry.objects.get()
    assert "Shop backend" in client.get(f"/admin/access/auditentry/{entry.pk}/change/").content.decode()
    assert client.get("/admin/access/auditentry/?q=Shop").context["cl"].result_count == 1
    assert client.get("/admin/access/auditentry/?q=nothing").context["cl"].result_count == 0
    assert client.get("/api/v1/audit/?search=shop%20backend").json()["results"][0]["site"] == site.pk
    assert client.post(f"/admin/access/auditentry/{entry.pk}/change/", {"action": "x"}).status_code == 403
    assert client.post(f"/admin/access/auditentry/{entry.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.delete(f"/api/v1/audit/{entry.pk}/").status_code in (403, 405)
    later = (dt.datetime.now(dt.UTC) + dt.timedelta(days=1)).isoformat().replace("+00:00", "Z")
    assert client.get(f"/api/v1/audit/?since={later}").json()["results"] == []


def test_marketers_do_not_read_the_log(site: Site) -> None:
    client = log_in(factories.make_user("marketer"))
    assert client.get("/admin/access/auditentry/").status_code == 403
    assert client.get("/api/v1/audit/").status_code == 403


def test_the_form_of_a_key_says_that_people_and_write_together_erase(site: Site) -> None:
    page = log_in(factories.make_user(memberships={site: "operator"})).get(ADD).content.decode()

    assert "with Write also erase them" in page
    assert "People alone reads and exports" in page
