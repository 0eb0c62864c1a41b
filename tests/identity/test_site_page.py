"""The site's page: code for backends, secrets that are changed with an overlap, a place to try a signature; and what warns."""

import datetime as dt

import pytest
from django.core.checks import run_checks
from django.test import Client
from django.utils import timezone

from access.models import AuditEntry
from config.site_checks import check_sites
from subscribers.backend_snippets import SNIPPETS
from subscribers.identity_secrets import read_secrets
from subscribers.models import IdentitySecret, Site
from subscribers.signatures import sign
from tests import factories
from tests.tracking.requests import identify, track


@pytest.fixture
def operator(client: Client, site: Site) -> Client:
    client.force_login(factories.make_user("operator"))
    return client


def page_of(site: Site) -> str:
    return f"/admin/subscribers/site/{site.pk}/"


def read_page(client: Client, site: Site) -> str:
    response = client.get(f"{page_of(site)}change/")
    assert response.status_code == 200
    return response.content.decode()


def test_the_page_shows_the_code_for_each_language(operator: Client, site: Site) -> None:
    page = read_page(operator, site)

    for language, text in SNIPPETS:
        assert f"<summary>{language}</summary>" in page
        assert text.splitlines()[0].replace("'", "&#x27;").replace('"', "&quot;") in page


def test_the_secrets_are_shown_to_those_alone_who_may_change_the_site(client: Client, site: Site) -> None:
    for role, sees in (("operator", True), ("marketer", False), ("analyst", False)):
        client.force_login(factories.make_user(role))
        page = read_page(client, site)
        assert (read_secrets(site.pk)[0].text in page) is sees
        assert ("Try a signature" in page) is sees


def test_a_new_secret_retires_the_others_later_and_says_who_made_it(operator: Client, site: Site) -> None:
    old = read_secrets(site.pk)[0].text
    assert operator.post(f"{page_of(site)}secrets/", {"days": "7"}).status_code == 302

    new, former = read_secrets(site.pk)
    assert former.text == old != new.text
    assert new.retires_at is None
    assert former.retires_at is not None
    assert abs(former.retires_at - timezone.now() - dt.timedelta(days=7)) < dt.timedelta(minutes=1)
    assert "Newest" in read_page(operator, site)
    entry = AuditEntry.objects.get(action="make_identity_secret")
    assert entry.target_id == str(site.pk)
    assert new.text not in str(entry.__dict__)


def test_an_older_secret_is_retired_at_once_the_newest_never(operator: Client, site: Site) -> None:
    operator.post(f"{page_of(site)}secrets/", {"days": "7"})
    newest, oldest = IdentitySecret.objects.filter(site=site).order_by("-pk")
    for secret in (newest, oldest):
        operator.post(f"{page_of(site)}secrets/{secret.pk}/retire/", {"days": "0"})

    new, old = read_secrets(site.pk)
    assert new.is_good(timezone.now())
    assert not old.is_good(timezone.now())
    assert AuditEntry.objects.filter(action="retire_identity_secret").count() == 1


@pytest.mark.parametrize("days", ["", "-1", "x", "400"])
def test_nonsense_changes_no_secret(operator: Client, site: Site, days: str) -> None:
    assert operator.post(f"{page_of(site)}secrets/", {"days": days}).status_code == 302
    assert len(read_secrets(site.pk)) == 1


def test_a_signature_is_tried_on_the_page(operator: Client, site: Site) -> None:
    def answer(external_id: str, signature: str) -> str:
        values = {"external_id": external_id, "signature": signature}
        response = operator.post(f"{page_of(site)}signature/", values)
        assert response.status_code == 200
        return response.content.decode()

    good = sign(read_secrets(site.pk)[0].text, "u-42", at=timezone.now())
    assert "Valid: made" in answer("u-42", good)
    assert "for another id" in answer("u-43", good)
    assert "This field is required" in answer("", "")


@pytest.mark.parametrize("address", ["secrets/", "signature/", "secrets/1/retire/"])
def test_nobody_else_changes_or_tries_anything(client: Client, site: Site, address: str) -> None:
    other = factories.make_site()
    client.force_login(factories.make_user(memberships={other: "operator"}))
    assert client.post(page_of(site) + address, {"days": "0"}).status_code in {403, 404}
    client.force_login(factories.make_user("marketer"))
    assert client.post(page_of(site) + address, {"days": "0"}).status_code in {403, 404}
    assert client.get(page_of(site) + address).status_code in {403, 404}
    assert len(read_secrets(site.pk)) == 1


def test_a_secret_of_another_site_is_not_retired_by_way_of_ones_own(operator: Client, site: Site) -> None:
    theirs = factories.make_site().identity_secrets.get()

    assert operator.post(f"{page_of(site)}secrets/{theirs.pk}/retire/", {"days": "0"}).status_code == 404


def test_a_site_that_trusts_names_is_named_on_home_its_page_and_in_the_check(
    client: Client, site: Site
) -> None:
    client.force_login(factories.make_user(is_superuser=True))
    factories.make_event(factories.make_subscriber(site), "purchase")
    words = "Anyone may say who they are"
    assert check_sites() == []
    assert words not in client.get("/admin/").content.decode()
    assert f"{words} on this site" not in read_page(client, site)

    site.trusts_names = True
    site.save()

    assert [message.id for message in check_sites()] == ["carillon.W010"]
    assert words in client.get("/admin/").content.decode()
    assert f"{words} on this site" in read_page(client, site)


def test_the_check_is_made_at_deployment_alone(site: Site) -> None:
    site.trusts_names = True
    site.save()

    assert "carillon.W010" in {message.id for message in run_checks(include_deployment_checks=True)}
    assert "carillon.W010" not in {message.id for message in run_checks()}


def test_the_page_tells_how_many_gave_a_name_without_a_signature(operator: Client, site: Site) -> None:
    """So that a site whose pages do not sign does not break in silence."""
    assert "without a valid signature. If your own" not in read_page(operator, site)
    track(site, identify("u-42"), signs=False)

    assert "1 visitor has given a name without a valid signature." in read_page(operator, site)
