"""Staff put a site's names in order by the dozen."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from segments.catalogue import read_catalogue
from subscribers import definitions
from subscribers.attribute_moves import move_attributes
from subscribers.models import Attribute, Site, Standing, Subscriber
from tests import factories
from tests.factories import NOW
from tests.segments.live import rule_of
from tests.tracking.requests import attributes, event, track
from tracking import event_names, vocabulary
from tracking.models import EventType, VocabularyJob

pytestmark = pytest.mark.django_db
EVENTS = "/admin/tracking/eventtype/"


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(factories.make_user(is_superuser=True))
    return client


@pytest.fixture
def named(site: Site) -> Site:
    track(site, event("buy"), event("purchase"), attributes(tier="gold"))
    return site


def act(admin: Client, action: str, *names: str, address: str = EVENTS, **values: Any) -> Any:
    chosen = [str(row.pk) for row in EventType.objects.filter(name__in=names)]
    return admin.post(address, {"action": action, "_selected_action": chosen, **values}, follow=True)


def find(name: str) -> EventType:
    return EventType.objects.get(name=name)


def test_new_names_are_offered_as_such_until_they_are_accepted(admin: Client, named: Site) -> None:
    offered = {each["key"]: each for each in read_catalogue(named, now=NOW)["events"]}
    assert offered["buy"]["new"]

    act(admin, "accept_names", "buy")
    assert "unlisted/" in admin.get(EVENTS).content.decode()

    assert find("buy").standing == Standing.ACCEPTED
    assert find("purchase").standing == Standing.NEW


def test_hidden_names_are_not_offered(admin: Client, named: Site) -> None:
    act(admin, "hide_names", "buy")
    Attribute.objects.update(hidden=True)

    catalogue = read_catalogue(named, now=NOW)

    assert "buy" not in {each["key"] for each in catalogue["events"]}
    assert catalogue["attributes"] == []


def test_a_merge_says_what_uses_the_name_and_waits_for_a_yes(admin: Client, named: Site) -> None:
    factories.make_segment(named, name="Buyers", rule=rule_of({"type": "event", "event": "buy"}))

    page = act(admin, "merge_names", "buy").content.decode()

    assert "Buyers" in page
    assert find("buy").merged_into is None
    act(admin, "merge_names", "buy", confirmed="1", target=str(find("purchase").pk))
    assert find("buy").merged_into == find("purchase")


@pytest.mark.parametrize("target", ["", "x", "9" * 30, "0"])
def test_a_merge_into_nothing_changes_nothing(admin: Client, named: Site, target: str) -> None:
    assert act(admin, "merge_names", "buy", confirmed="1", target=target).status_code == 404
    assert not VocabularyJob.objects.exists()


def test_a_deletion_waits_for_a_yes(admin: Client, named: Site) -> None:
    assert "Delete" in act(admin, "delete_names", "buy").content.decode()
    assert not VocabularyJob.objects.exists()

    act(admin, "delete_names", "buy", confirmed="1")

    assert VocabularyJob.objects.get().source == find("buy")


def test_what_found_no_room_is_listed_and_accepted(
    admin: Client, named: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_names, "NEW_EVENT_TYPES_PER_SITE", 2)
    monkeypatch.setattr(vocabulary, "RECENT", dt.timedelta(days=10_000))
    track(named, event("signup"))
    assert "signup" in admin.get(f"{EVENTS}unlisted/").content.decode()

    for name in ("signup", "never sent"):
        admin.post(f"{EVENTS}unlisted/", {"site": named.pk, "name": name})

    assert find("signup").standing == Standing.ACCEPTED
    assert not EventType.objects.filter(name="never sent").exists()


def test_an_attribute_that_found_no_room_is_listed_and_accepted(
    admin: Client, named: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(definitions, "NEW_DEFINITIONS_PER_SITE", 1)
    track(named, attributes(size="m"))
    assert "size" in admin.get(f"{EVENTS}unlisted/").content.decode()

    for name in ("size", "never sent"):
        admin.post(f"{EVENTS}unlisted/", {"kind": "attribute", "site": named.pk, "name": name})
    while move_attributes(clock=lambda: NOW):
        pass

    assert Attribute.objects.get(key="size").standing == Standing.ACCEPTED
    assert not Attribute.objects.filter(key="never sent").exists()
    assert Subscriber.objects.get().attributes == {"tier": "gold", "size": "m"}
