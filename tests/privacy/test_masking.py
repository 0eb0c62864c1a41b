"""Whoever may not see what is personal sees it at no door; who may sees it everywhere."""

import json
from typing import Any

import pytest
from django.test import Client

from campaigns.delivery.testing import send_test
from campaigns.transports.memory import MemoryTransport
from segments.building import build_members
from subscribers.models import Site, Subscriber
from subscribers.viewing import MASK, Hidden, look_with
from tests import factories
from tests.campaigns.people import make_reachable
from tests.factories import NOW

pytestmark = pytest.mark.django_db
PLANTED, EMAIL, CITY = "planted-secret-4711", "planted-mail@shop.example", "Plantedtown"


@pytest.fixture
def person(site: Site) -> Subscriber:
    site.personal_fields = ["email", "place"]
    site.save()
    attribute = factories.make_attribute(site, "nick")
    attribute.personal = True
    attribute.save()
    return make_reachable(
        site, email=EMAIL, city=CITY, latitude=52.5219, longitude=13.4132, country="DE",
        attributes={"nick": PLANTED, "tier": "gold"}, raw_values={"nick": PLANTED},
    )  # fmt: skip


def sign_in(role: str) -> Client:
    client = Client()
    client.force_login(factories.make_user(role))
    return client


def visit_all(client: Client, site: Site, person: Subscriber) -> dict[str, str]:
    """Every door at which somebody is shown, by its address."""
    rule = {"version": 1, "root": {"type": "group", "match": "all", "conditions": [
        {"type": "attribute", "key": "nick", "operator": "exists"},
        {"type": "profile", "field": "email", "operator": "exists"},
    ]}}  # fmt: skip
    wrong = {
        "version": 1,
        "root": {"type": "attribute", "key": "nick", "operator": "equals", "value": PLANTED[:-1]},
    }
    segment = factories.make_segment(site, rule)
    build_members(segment, as_of=NOW)
    campaign = factories.make_campaign(
        site, title="Hello {{ subscriber.nick }} {{ subscriber.email }} {{ subscriber.city }}"
    )
    attribute = site.attributes.get(key="nick")
    addresses = [
        f"/admin/subscribers/subscriber/{person.pk}/change/", "/admin/subscribers/subscriber/",
        f"/admin/subscribers/subscriber/?q={EMAIL}",
        f"/admin/subscribers/attribute/{attribute.pk}/change/",
        f"/admin/segments/segment/{segment.pk}/members/", f"/admin/segments/segment/{segment.pk}/members.csv",
        f"/admin/segments/segment/{segment.pk}/members/?q={EMAIL[:8]}",
        f"/admin/segments/segment/{segment.pk}/explain/{person.pk}/",
        f"/admin/campaigns/campaign/{campaign.pk}/change/", f"/admin/campaigns/campaign/samples/?site={site.pk}",
        f"/admin/campaigns/campaign/{campaign.pk}/dry-run/",
        "/api/v1/subscribers/", f"/api/v1/subscribers/{person.pk}/", f"/api/v1/subscribers/?email={EMAIL}",
        f"/api/v1/segments/{segment.pk}/members/", f"/api/v1/segments/{segment.pk}/members.csv",
        f"/api/v1/segments/{segment.pk}/explain/?subscriber={person.pk}",
        f"/api/v1/attributes/{attribute.pk}/refused/",
        f"/api/v1/attributes/{attribute.pk}/conversion-preview/?type=number",
    ]  # fmt: skip
    found = {}
    for address in addresses:
        answer = client.get(address)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        found[address] = f"{answer.status_code} {content.decode()}".replace(f"q={EMAIL}", "").replace(
            EMAIL[:8] + '"', ""
        )
    for name, document in (("preview", rule), ("wrong", wrong)):
        answer = client.post(
            "/api/v1/segments/preview/",
            json.dumps({"site": site.pk, "rule": document}),
            content_type="application/json",
        )
        found[name] = f"{answer.status_code} {answer.content.decode()}"
    values: dict[str, Any] = {
        "site": site.pk,
        "title": "Hello {{ subscriber.nick }} {{ subscriber.email }}",
        "body": "{{ subscriber.city }}",
        "sample": person.pk,
    }
    answer = client.post("/admin/campaigns/campaign/preview/", values)
    found["composer"] = f"{answer.status_code} {answer.content.decode()}"
    return found


def test_no_door_shows_what_is_personal_to_who_may_not_see_it(site: Site, person: Subscriber) -> None:
    found = visit_all(sign_in("analyst"), site, person)

    for address, content in found.items():
        own = content.replace(PLANTED[:-1] + "”", "").replace(f'value="{EMAIL}"', "")
        for planted in (PLANTED, EMAIL, CITY, "52.52"):
            assert planted not in own, (
                address,
                own[max(0, own.find(planted) - 300) : own.find(planted) + 100],
            )
    assert sum(content.startswith("200") for content in found.values()) >= 14, {
        address: content[:3] for address, content in found.items()
    }


def test_who_may_sees_it(site: Site, person: Subscriber) -> None:
    found = visit_all(sign_in("marketer"), site, person)

    shows = [address for address, content in found.items() if PLANTED in content or EMAIL in content]
    assert len(shows) >= 8, shows


def test_what_is_sent_is_not_masked(site: Site, person: Subscriber) -> None:
    campaign = factories.make_campaign(site, title="Hello {{ subscriber.nick }}")
    transport = MemoryTransport()

    with look_with(lambda site_id: Hidden(frozenset({"nick"}))):
        send_test(campaign, person, now=NOW, transport=transport)

    assert PLANTED in transport.sent[0].payload.decode()
    assert MASK not in transport.sent[0].payload.decode()


def test_what_is_not_marked_is_shown_to_everybody(site: Site, person: Subscriber) -> None:
    shown = sign_in("analyst").get(f"/api/v1/subscribers/{person.pk}/").json()

    assert shown["attributes"] == {"nick": MASK, "tier": "gold"}
    assert (shown["email"], shown["city"], shown["latitude"], shown["country"]) == (MASK, MASK, None, "DE")
