"""Secrets lie sealed; keys are changed without losing any; what no key opens is said plainly, and harms nobody else."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from campaigns.checks import check_campaign
from campaigns.delivery.testing import send_test
from campaigns.delivery.turns import deliver_next
from campaigns.models import Campaign, Delivery
from campaigns.transports.memory import MemoryTransport
from config.upkeep import read_upkeep
from subscribers.models import Site
from subscribers.sealing import Secret, UnreadableSecretError, seal, unseal
from tests import factories
from tests.campaigns.people import make_reachable, make_running
from tests.factories import NOW

PURPOSE = "private key for push"


def lose_key(site: Site) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE subscribers_site SET vapid_private_key = 'sealed:1:gAAAA' WHERE id = %s", [site.pk]
        )
    site.refresh_from_db()


@given(st.text().filter(lambda text: "\x00" not in text), st.text(min_size=1), st.text(min_size=1))
def test_what_is_sealed_opens_with_the_same_purpose_and_no_other(text: str, one: str, other: str) -> None:
    sealed = seal(text, one)

    assert unseal(sealed, one) == text
    assert not text or text not in sealed or len(text) < 8
    if one != other:
        with pytest.raises(UnreadableSecretError):
            unseal(sealed, other)


def test_a_former_key_still_opens_and_the_newest_seals(settings: Settings) -> None:
    derived = seal("x", PURPOSE)
    settings.SECRETS_KEYS = ["old"]
    by_old = seal("y", PURPOSE)
    settings.SECRETS_KEYS = ["new", "old"]
    by_new = seal("z", PURPOSE)

    assert [unseal(each, PURPOSE) for each in (derived, by_old, by_new)] == ["x", "y", "z"]
    settings.SECRETS_KEYS = ["new"]
    assert unseal(by_new, PURPOSE) == "z"
    with pytest.raises(UnreadableSecretError, match="SECRETS_KEYS"):
        unseal(by_old, PURPOSE)


@pytest.mark.django_db
def test_all_secrets_are_sealed_with_the_newest_key_by_command(site: Site, settings: Settings) -> None:
    key = site.vapid_private_key.reveal()
    settings.SECRETS_KEYS = ["new"]

    call_command("seal_secrets", stdout=(said := StringIO()))
    settings.SECRET_KEY = "quite another"

    assert said.getvalue().startswith("2 secrets")
    assert Site.objects.get().vapid_private_key.reveal() == key
    call_command("seal_secrets", stdout=(said := StringIO()))
    assert said.getvalue().startswith("0 secrets")


@pytest.mark.django_db
def test_what_cannot_be_read_stays_as_it_is_when_its_site_is_saved(site: Site) -> None:
    lose_key(site)

    site.name = "Another"
    site.save()

    assert Site.objects.get().vapid_private_key.sealed == "sealed:1:gAAAA"
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("seal_secrets", stdout=StringIO())


@pytest.mark.django_db
def test_a_secret_from_before_is_read_and_sealed_when_it_is_saved(site: Site) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE subscribers_site SET vapid_private_key = 'plain'")
    site.refresh_from_db()

    assert site.vapid_private_key.reveal() == "plain"
    site.save()
    assert Site.objects.get().vapid_private_key.stored.startswith("sealed:1:")


@pytest.mark.django_db
def test_a_secret_from_before_is_sealed_by_the_command(site: Site) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE subscribers_site SET vapid_private_key = 'plain'")

    call_command("seal_secrets", stdout=StringIO())

    assert Site.objects.get().vapid_private_key.stored.startswith("sealed:1:")
    assert Site.objects.get().vapid_private_key.reveal() == "plain"


@pytest.mark.parametrize("text", ["plain", seal("x", PURPOSE)])
def test_a_secret_shows_nothing(text: str) -> None:
    secret = Secret(text, PURPOSE)

    assert f"{secret} {secret!r} {[secret]}" == "<secret> <secret> [<secret>]"


@pytest.mark.django_db
def test_a_push_key_that_cannot_be_read_pauses_its_campaigns_and_nobody_elses(site: Site) -> None:
    others = factories.make_site()
    campaigns = [due_campaign(each) for each in (site, others)]
    lose_key(site)
    transport = MemoryTransport()

    while deliver_next(now=NOW, transport=transport) is not None:
        pass

    broken, fine = (Campaign.objects.get(pk=campaign.pk) for campaign in campaigns)
    assert broken.status == Campaign.Status.PAUSED
    assert "cannot be read" in broken.status_reason
    assert Delivery.objects.get(campaign=broken).status == Delivery.Status.PLANNED
    assert Delivery.objects.get(campaign=fine).status == Delivery.Status.SENT


@pytest.mark.django_db
def test_it_is_said_wherever_it_matters(site: Site, admin_client: Client) -> None:
    person = factories.make_subscriber(site)
    factories.make_push_subscription(person)
    campaign = factories.make_campaign(site)
    lose_key(site)
    campaign = Campaign.objects.get(pk=campaign.pk)

    page = admin_client.get(f"/admin/subscribers/site/{site.pk}/change/").content.decode()
    test = send_test(campaign, person, now=NOW, transport=MemoryTransport())
    health = read_upkeep(now=NOW)["secrets"]
    config = Client().get("/v1/config", {"site_key": site.public_key}, HTTP_ORIGIN="https://shop.example")

    assert "Nothing can be sent" in page
    assert not test.ok
    assert any("cannot be read" in problem for problem in check_campaign(campaign, now=NOW))
    assert (health.is_slow, health.is_wrong, health.figures) == (True, False, {"unreadable": 1})
    assert config.status_code == 503
    assert admin_client.get(f"/api/v1/sites/{site.pk}/").json()["vapid_public_key"] == ""


def due_campaign(site: Site) -> Campaign:
    make_reachable(site)
    return make_running(site)
