"""The log of who did what: written once, changed never, with nothing of people in it."""

import datetime as dt
import json
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection, transaction
from django.test import RequestFactory

from access.audit import Change, count_entries, record, record_change
from access.audit_retention import forget_entries
from access.keys import KeyHolder, make_key
from access.models import AuditEntry, Scope
from access.row_values import read_values
from subscribers.models import Site
from tests import factories

NOW = factories.NOW


def ask(user: Any, path: str = "/admin/", **headers: Any) -> Any:
    request = RequestFactory().post(path, **headers)
    request.user = user
    return request


def test_an_entry_names_the_person_their_address_and_the_door(site: Site, settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1
    user = factories.make_user("operator")
    request = ask(user, HTTP_X_FORWARDED_FOR="203.0.113.9, 198.51.100.7")
    entry = record(request, "change", site, change=Change(["name"]), count=3)
    entry.refresh_from_db()
    assert (entry.actor, entry.actor_id, entry.actor_name) == ("person", user.pk, user.username)
    assert (entry.address, entry.door, entry.site_id) == ("198.51.100.7", "admin", site.pk)
    assert (entry.target_type, entry.target_id, entry.target_name) == (
        "subscribers.site",
        str(site.pk),
        site.name,
    )
    assert (entry.fields, entry.details) == (["name"], {"count": 3})
    assert count_entries(request) == 1


def test_an_entry_names_the_key_that_a_program_showed(site: Site) -> None:
    key, secret = make_key(site=site, name="Shop", scopes=[Scope.WRITE])
    entry = record(ask(KeyHolder(key), "/api/v1/segments/", REMOTE_ADDR="2001:db8::1"), "add")
    assert (entry.actor, entry.actor_id, entry.door) == ("key", key.pk, "api")
    assert key.prefix in entry.actor_name
    assert secret not in entry.actor_name
    assert entry.address == "2001:db8::1"


@pytest.mark.parametrize("address", ["", "unknown", "10.0.0.1:8080", "fe80::1%eth0"])
def test_whatever_stands_for_an_address_the_entry_is_written(address: str, settings: Any, db: None) -> None:
    settings.TRUSTED_PROXIES = 1
    entry = record(ask(AnonymousUser(), HTTP_X_FORWARDED_FOR=address, REMOTE_ADDR=""), "log_in_failed")
    entry.refresh_from_db()
    assert entry.actor == "nobody"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("198.51.100.7:8080", "198.51.100.7"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("203.0.113.9, 198.51.100.7", "198.51.100.7"),
    ],
)
def test_the_address_is_kept_however_a_proxy_writes_it(
    written: str, kept: str, settings: Any, db: None
) -> None:
    settings.TRUSTED_PROXIES = 1
    entry = record(ask(AnonymousUser(), HTTP_X_FORWARDED_FOR=written), "log_in_failed")
    entry.refresh_from_db()
    assert entry.address == kept


def test_of_settings_the_values_before_and_after_are_kept_and_of_secrets_only_that_they_changed(
    site: Site,
) -> None:
    before = read_values(site)
    site.name, site.vapid_private_key = "Other shop", "x" * 43
    entry = record_change(ask(factories.make_user()), "change", site, before=before)
    assert entry.fields == ["name", "vapid_private_key"]
    assert entry.before == {"name": before["name"], "vapid_private_key": "(secret)"}
    assert entry.after == {"name": "Other shop", "vapid_private_key": "(secret)"}


def test_of_people_an_opaque_id_and_names_of_fields_are_kept_and_no_value(site: Site) -> None:
    alice = factories.make_subscriber(site, external_id="u-42", email="alice@example.com", city="Bonn")
    before = read_values(alice)
    alice.email, alice.city = "alice@example.org", "Köln"
    entry = record_change(ask(factories.make_user()), "change", alice, before=before)
    device = factories.make_push_subscription(alice)
    seen = record(ask(factories.make_user()), "view", device)
    for each in (entry, seen):
        told = json.dumps([getattr(each, f.attname) for f in AuditEntry._meta.concrete_fields], default=str)
        assert str(alice.uuid) in told
        assert not any(word in told for word in ("u-42", "alice@", "Bonn", "Köln"))
    assert entry.fields == ["city", "email"]
    assert (entry.before, entry.after) == (None, None)


@pytest.mark.parametrize("wish", ["UPDATE access_auditentry SET action = 'view'", "DELETE FROM access_auditentry", "TRUNCATE access_auditentry",
    "SET LOCAL carillon.audit_retention = 'on'; DELETE FROM access_auditentry",
    "SET LOCAL carillon.audit_retention = 'on'; UPDATE access_auditentry SET at = '2001-01-01'"])  # fmt: skip
def test_the_database_refuses_to_change_or_delete_entries(wish: str, db: None) -> None:
    record(ask(AnonymousUser()), "log_in_failed")
    with (
        pytest.raises(IntegrityError, match="audit log"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(wish)
    assert AuditEntry.objects.count() == 1


def test_retention_forgets_what_is_older_and_nothing_else(settings: Any, db: None) -> None:
    now = dt.datetime.now(dt.UTC)
    settings.AUDIT_RETENTION_DAYS = 100
    for days in (0, 99, 101, 1000):
        AuditEntry.objects.create(
            actor="job", door="job", action=f"after {days}", at=now - dt.timedelta(days=days)
        )
    assert forget_entries(now=now) == 2
    assert set(AuditEntry.objects.values_list("action", flat=True)) == {"after 0", "after 99"}
    settings.AUDIT_RETENTION_DAYS = 0
    assert forget_entries(now=now + dt.timedelta(days=10_000)) == 0


@pytest.mark.parametrize("odd", ["\x00", "\ud800", "a\x00b\udfffc"])
def test_what_the_database_cannot_hold_is_written_as_a_sign_of_it(site: Site, odd: str) -> None:
    entry = record(ask(factories.make_user()), "view", site, filter={odd: [odd]}, change=Change([odd]))
    entry.refresh_from_db()
    assert "�" in json.dumps(entry.details, ensure_ascii=False)
