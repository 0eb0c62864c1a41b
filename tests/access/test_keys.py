"""Keys of programs: made once, shown once, found by what is shown."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access.keys import SHOWN, KeyHolder, find_key, make_key, revoke_key
from access.models import ApiKey, Scope
from subscribers.models import Site
from tests import factories

NOW = factories.NOW


def test_what_a_key_is_shown_as_is_kept_nowhere(site: Site) -> None:
    key, secret = make_key(site=site, name="Shop", scopes=[Scope.INGEST])
    key.refresh_from_db()
    kept = repr([getattr(key, field.attname) for field in ApiKey._meta.concrete_fields])
    assert secret.startswith("ck_")
    assert len(secret) == 46
    assert secret[SHOWN:] not in kept
    assert bytes(key.digest).hex() not in secret


def test_a_key_is_found_with_its_site_by_one_question_and_its_use_is_noted_once_a_minute(site: Site) -> None:
    _, secret = make_key(site=site, name="Shop", scopes=[Scope.INGEST])
    find_key(secret, now=NOW)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        found = find_key(secret, now=NOW + dt.timedelta(seconds=59))
        assert found is not None
        assert found.site == site
    assert len(asked) == 1
    assert found.last_used_at == NOW
    later = find_key(secret, now=NOW + dt.timedelta(seconds=60))
    assert later is not None
    later.refresh_from_db()
    assert later.last_used_at == NOW + dt.timedelta(seconds=60)


def test_a_key_counts_until_it_expires_or_is_revoked(site: Site) -> None:
    key, secret = make_key(site=site, name="Shop", scopes=[Scope.READ], expires_at=NOW)
    other, kept = make_key(site=site, name="Other", scopes=[Scope.READ])
    assert find_key(secret, now=NOW - dt.timedelta(microseconds=1)) == key
    assert find_key(secret, now=NOW) is None
    assert revoke_key(key, now=NOW)
    assert not revoke_key(key, now=NOW + dt.timedelta(days=1))
    assert find_key(secret, now=NOW - dt.timedelta(days=1)) is None
    assert find_key(kept, now=NOW) == other


@pytest.mark.parametrize(
    "shown",
    ["", "ck_", "ck_" + "a" * 42, "ck_" + "a" * 44, "ck_" + "ä" * 43, "ck_" + "a" * 43 + "\n", "x" * 10_000],
)
def test_what_has_not_the_shape_of_a_key_is_not_even_asked_for(shown: str) -> None:
    assert find_key(shown, now=NOW) is None


@pytest.mark.parametrize("scopes", [[], ["everything"], ["read", "admin"]])
def test_a_key_has_scopes_that_there_are(site: Site, scopes: list[str]) -> None:
    with pytest.raises(ValidationError):
        make_key(site=site, name="Shop", scopes=scopes)


def test_a_key_may_what_its_scopes_say_on_its_own_site_alone(site: Site) -> None:
    other = factories.make_site()
    holder = KeyHolder(make_key(site=site, name="Shop", scopes=[Scope.WRITE])[0])
    mine, theirs = factories.make_segment(site), factories.make_segment(other)
    assert holder.has_perm("segments.change_segment", mine)
    assert not holder.has_perm("segments.change_segment", theirs)
    assert not holder.has_perm("campaigns.launch_campaign")
    assert not holder.has_perm("subscribers.view_subscriber")
    assert not holder.has_perm("subscribers.change_site", site)
    assert holder.find_sites("segments.view_segment") == {site.pk}
    assert holder.find_sites("tracking.add_event") == frozenset()
