"""Properties of events that are marked personal: masked at every door for who may not see personal data, and there alone."""

import json

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from access.models import AuditEntry
from segments.building import build_members
from subscribers.models import Site, Subscriber
from subscribers.viewing import MASK, Hidden, look_with, mask_properties
from tests import factories
from tests.factories import NOW
from tests.privacy.test_masking import sign_in
from tests.tracking.requests import event, track
from tracking.models import EventType, InboxItem

pytestmark = pytest.mark.django_db
PLANTED = "planted-secret-4711"


@pytest.fixture
def person(site: Site) -> Subscriber:
    sent = {
        "note": PLANTED,
        "sku": "a-1",
        "customer": {"mail": PLANTED, "vip": True},
        "lines": [{"to": PLANTED}],
    }
    track(site, event("ordered", properties=sent))
    mark("note", "customer.mail", "lines[].to")
    return Subscriber.objects.get()


def mark(*keys: str) -> EventType:
    EventType.objects.filter(name="ordered").update(personal_properties=list(keys))
    return EventType.objects.get(name="ordered")


def sign_in_as_builder(site: Site) -> Client:
    """Who builds segments and may not see what is personal."""
    user = factories.make_user("marketer")
    group = user.groups.get()
    group.permissions.remove(*Permission.objects.filter(codename="view_personal_data"))
    client = Client()
    client.force_login(user)
    return client


def visit_all(client: Client, site: Site, person: Subscriber) -> dict[str, str]:
    """Every door at which somebody's events are shown, by its address."""
    tests = [
        {"property": key, "operator": "exists"} for key in ("note", "customer.mail", "lines[].to", "sku")
    ]
    rule = {"version": 1, "root": {"type": "group", "match": "any", "conditions": [
        {"type": "event", "event": "ordered", "where": tests},
        {"type": "event_aggregate", "event": "ordered", "function": "distinct", "property": "note", "operator": "at_least", "value": 1},
        {"type": "event_repeat", "event": "ordered", "property": "note", "count": {"operator": "at_least", "value": 1}},
    ]}}  # fmt: skip
    segment = factories.make_segment(site, rule)
    build_members(segment, as_of=NOW)
    item = InboxItem.objects.create(
        site=site, shard=1, received_at=NOW, failed_at=NOW, failure="x",
        payload={"kind": "external", "value": "u-1", "operations": [
            {"type": "event", "name": "ordered", "properties": {"note": PLANTED}}]},
    )  # fmt: skip
    near = {"type": "event", "event": "ordered", "where": [
        {"property": "note", "operator": "equals", "value": PLANTED[:-1]}]}  # fmt: skip
    addresses = [
        f"/admin/subscribers/subscriber/{person.pk}/change/", f"/admin/subscribers/subscriber/{person.pk}/timeline/",
        f"/admin/segments/segment/{segment.pk}/explain/{person.pk}/", f"/admin/segments/segment/catalogue/{site.pk}/",
        f"/admin/tracking/inboxitem/{item.pk}/change/", f"/admin/segments/segment/{segment.pk}/members/",
        f"/api/v1/subscribers/{person.pk}/events/", f"/api/v1/segments/{segment.pk}/explain/?subscriber={person.pk}",
        f"/api/v1/subscribers/{person.pk}/export/",
    ]  # fmt: skip
    found = {}
    for address in addresses:
        answer = client.get(address)
        found[address] = f"{answer.status_code} {answer.content.decode()}"
    body = json.dumps({"site": site.pk, "rule": {"version": 1, "root": near}})
    answer = client.post("/api/v1/segments/preview/", body, content_type="application/json")
    found["preview"] = f"{answer.status_code} {answer.content.decode()}".replace(f"{PLANTED[:-1]}”", "")
    return found


def test_no_door_shows_a_personal_property_to_who_may_not_see_it(site: Site, person: Subscriber) -> None:
    for client in (sign_in("analyst"), sign_in_as_builder(site)):
        found = visit_all(client, site, person)

        shown = {address: content for address, content in found.items() if PLANTED in content}
        assert shown == {}
    assert sum(content.startswith("200") for content in found.values()) >= 8, {
        address: content[:3] for address, content in found.items()
    }
    assert MASK in found[f"/api/v1/subscribers/{person.pk}/events/"]
    assert "a-1" in found[f"/api/v1/subscribers/{person.pk}/events/"]


def test_who_may_see_personal_data_sees_it(site: Site, person: Subscriber) -> None:
    found = visit_all(sign_in("operator"), site, person)

    assert sum(PLANTED in content for content in found.values()) >= 7, found.keys()


def test_what_is_inside_is_masked_and_what_is_beside_it_stays(site: Site, person: Subscriber) -> None:
    (shown,) = sign_in("analyst").get(f"/api/v1/subscribers/{person.pk}/events/").json()["results"]

    assert shown["properties"] == {
        "note": MASK, "sku": "a-1", "customer": {"mail": MASK, "vip": True}, "lines": [{"to": MASK}],
    }  # fmt: skip


@pytest.mark.parametrize("value", [None, "", 0, False, [], {}, [1], {"a": 1}])
def test_whatever_the_value_is_it_is_masked_whole(value: object) -> None:
    with look_with(lambda site_id: Hidden(properties={"e": frozenset({"p"})})):
        assert mask_properties("e", {"p": value, "q": value}, 1) == {"p": MASK, "q": value}
        assert mask_properties("other", {"p": value}, 1) == {"p": value}


def test_a_property_is_marked_on_the_page_and_by_the_api(site: Site, person: Subscriber) -> None:
    row = mark()
    admin = Client()
    admin.force_login(factories.make_user(is_superuser=True))

    chosen = {"action": "personal", "_selected_action": ["note", "sku"]}
    admin.post(f"/admin/tracking/eventtype/{row.pk}/properties/", chosen)
    row.refresh_from_db()
    assert row.personal_properties == ["note", "sku"]
    assert AuditEntry.objects.latest("id").after == {"personal_properties": ["note", "sku"]}

    answer = admin.patch(
        f"/api/v1/event-types/{row.pk}/", {"personal_properties": ["note"]}, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["personal_properties"]) == (200, ["note"])
    assert "note" in admin.get(f"/admin/tracking/eventtype/{row.pk}/change/").content.decode()


def test_the_rule_builder_suggests_no_values_of_attributes_that_are_personal(site: Site) -> None:
    attribute = factories.make_attribute(site, "nick")
    attribute.personal = True
    attribute.save()
    factories.make_subscriber(site, attributes={"nick": PLANTED})

    page = sign_in_as_builder(site).get(f"/admin/segments/segment/catalogue/{site.pk}/")

    assert page.status_code == 200
    assert PLANTED not in page.content.decode()
