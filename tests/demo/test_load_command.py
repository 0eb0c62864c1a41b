"""`manage.py load_demo`: loads once, says what it did, and loads again only when asked to."""

import datetime as dt
import io
from collections.abc import Iterator

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker, Settings

from demo.history import make_history
from demo.people import make_people
from demo.products import DEMO_SITE_NAME
from subscribers.models import PushSubscription, Site, Subscriber
from tracking.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NOW = dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.UTC)


LOOPBACK = "127.0.0.1:9123"


def _load(*arguments: str) -> tuple[str, str]:
    """What the command wrote to its output and to its error output."""
    out, err = io.StringIO(), io.StringIO()
    call_command("load_demo", "--subscribers", "60", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[str, str]]:
    """What was said when it was loaded the first time; it takes a while, and is there for the whole module."""
    hosts = override_settings(PUSH_LOOPBACK_HOSTS=[LOOPBACK, "127.0.0.1:9124"])
    with django_db_blocker.unblock(), transaction.atomic():
        with hosts:
            said = _load()
        yield said
        transaction.set_rollback(True)


def _describe_site() -> tuple[int, str, int, int]:
    site = Site.objects.get(name=DEMO_SITE_NAME)
    return site.pk, site.public_key, Subscriber.objects.count(), Event.objects.count()


def test_it_says_what_is_there_now_and_how_to_get_in(loaded: tuple[str, str]) -> None:
    out, err = loaded
    assert "60 people" in out
    assert "VIP customers" in out
    assert "Your cart is waiting" in out
    assert "http://localhost:8000/demo/" in out
    assert "as admin or marketer, password carillon" in out
    assert "60/60" in err, "a progress bar counts the people"


def test_the_second_time_nothing_changes(loaded: tuple[str, str]) -> None:
    before = _describe_site()
    out, _ = _load()
    assert "is loaded already; --again" in out
    assert _describe_site() == before


def test_again_erases_everything_and_loads_anew_and_says_what_is_missing(
    loaded: tuple[str, str], settings: Settings
) -> None:
    settings.PUSH_LOOPBACK_HOSTS = []
    before = _describe_site()
    Event.objects.filter(event_type__name="purchase").delete()
    User.objects.get(username="admin").delete()
    User.objects.create_superuser("admin", password="correct horse")

    _, err = _load("--again")

    after = _describe_site()
    assert after[0] != before[0]
    assert after[2] == before[2]
    assert Event.objects.filter(event_type__name="purchase").exists()
    assert "PUSH_LOOPBACK_HOSTS is not set" in err
    assert authenticate(username="admin", password="correct horse"), (
        "who is there already keeps their password"
    )
    assert not authenticate(username="admin", password="carillon")


def test_both_accounts_can_log_in_and_the_marketer_is_no_administrator(loaded: tuple[str, str]) -> None:
    admin = authenticate(username="admin", password="carillon")
    marketer = authenticate(username="marketer", password="carillon")
    assert isinstance(admin, User)
    assert admin.is_superuser
    assert isinstance(marketer, User)
    assert marketer.is_staff
    assert not marketer.is_superuser
    assert marketer.has_perm("campaigns.launch_campaign")


def test_devices_are_at_the_configured_loopback_push_service(loaded: tuple[str, str]) -> None:
    endpoints = set(PushSubscription.objects.values_list("endpoint", flat=True))
    assert endpoints
    assert all(endpoint.startswith(f"http://{LOOPBACK}/push/") for endpoint in endpoints)
    assert "PUSH_LOOPBACK_HOSTS" not in loaded[1]


def test_fewer_than_one_person_is_refused() -> None:
    with pytest.raises(CommandError, match="1 or more"):
        call_command("load_demo", "--subscribers", "0")


def test_a_shop_with_a_single_person_loads_too() -> None:
    call_command("load_demo", "--again", "--subscribers", "1", stdout=io.StringIO(), stderr=io.StringIO())
    assert Subscriber.objects.count() == 1


def test_the_same_people_do_the_same_things_each_time() -> None:
    def tell() -> list[object]:
        people = list(make_people(30, now=NOW))
        return [
            (person, make_history(person, shop_url="https://shop.example/demo/", now=NOW))
            for person in people
        ]

    assert tell() == tell()


def test_more_people_leave_the_first_ones_as_they_are() -> None:
    assert list(make_people(30, now=NOW))[:10] == list(make_people(10, now=NOW))
