"""A name leads to one living subscriber, however many workers meet it first."""

import threading
import uuid

import pytest
from django.db import connection, transaction

from subscribers.identities import find_or_create_subscriber, find_subscriber, lock_subscribers
from subscribers.models import Identity, Site, Subscriber
from tests import factories
from tests.factories import NOW

UUID = "6f9619ff-8b86-4d01-b42d-00c04fc964ff"


def _find_or_create(site: Site, kind: str, value: str) -> Subscriber:
    return find_or_create_subscriber(site=site, kind=kind, value=value, source="sdk", now=NOW)


def test_a_new_browser_is_an_anonymous_subscriber_of_that_uuid(site: Site) -> None:
    person = _find_or_create(site, "anonymous", UUID)

    assert (person.uuid, person.external_id, person.source) == (uuid.UUID(UUID), "", "sdk")
    assert person.created_at == person.last_seen_at == NOW


def test_a_new_customer_is_known_from_the_start(site: Site) -> None:
    assert _find_or_create(site, "external", "u-42").external_id == "u-42"


def test_a_name_leads_to_the_same_subscriber_ever_after(site: Site) -> None:
    assert _find_or_create(site, "external", "u-42") == _find_or_create(site, "external", "u-42")
    assert Subscriber.objects.count() == 1


def test_the_same_name_on_another_site_is_somebody_else(site: Site) -> None:
    other = factories.make_site()

    assert _find_or_create(site, "external", "u-42") != _find_or_create(other, "external", "u-42")


def test_a_customer_id_that_looks_like_a_browsers_uuid_is_no_browser(site: Site) -> None:
    assert _find_or_create(site, "external", UUID) != _find_or_create(site, "anonymous", UUID)


def test_looking_for_an_unknown_name_makes_nobody(site: Site) -> None:
    assert find_subscriber(site=site, kind="external", value="u-42") is None
    assert not Subscriber.objects.exists()


def test_locking_a_shell_gives_the_survivor(site: Site) -> None:
    survivor = factories.make_subscriber(site)
    shell = factories.make_subscriber(site, merged_into=survivor)

    assert lock_subscribers([shell.pk, survivor.pk, 0]) == {shell.pk: survivor, survivor.pk: survivor}


@pytest.mark.django_db(transaction=True)
def test_workers_that_meet_a_name_at_the_same_time_make_one_subscriber() -> None:
    site = factories.make_site()
    start = threading.Barrier(4)

    def meet() -> None:
        start.wait()
        with transaction.atomic():
            _find_or_create(site, "external", "u-42")
        connection.close()

    threads = [threading.Thread(target=meet) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Subscriber.objects.count() == Identity.objects.count() == 1
