"""Whatever a stranger posts, the management door answers with a reason, never with a 500."""

import json
import random
from typing import Any

import pytest
from rest_framework.test import APIClient

from subscribers.models import Site
from tests import factories
from tests.chance import count_cases, draw_chance
from tracking.models import EventType

ROUNDS = count_cases(40)
RULE: dict[str, Any] = {
    "version": 1,
    "root": {"type": "event", "event": "purchase", "count": {"operator": "at_least", "value": 1}},
}
JUNK: list[Any] = [
    None, True, False, "", " ", "x" * 5000, "nul\0", "\ud800", "💥", "2026-02-30", "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59", "24:61", "P9999999999D", "99999999999 00:00:00", "{{ subscriber.", "{% for %}", "javascript:alert(1)",
    -1, 0, 2**31, 2**63, 10**40, 1.5, 1e308, [], [[]], [None], [2**63], ["a", 1, {}], {}, {"": None}, {"a": {"b": [1]}},
    {"version": 1, "root": {}}, {"version": 2, "root": []}, {"version": 1, "root": {"type": "group", "match": "all", "conditions": [{}]}},
    [{"title": "nul\0", "link": 5}], "Mars/Olympus", "draft", "{}", "null",
]  # fmt: skip


def spoil(value: Any, random: random.Random) -> Any:
    """The value with one thing in it exchanged for junk, at any depth."""
    if isinstance(value, dict) and value and random.random() < 0.8:
        key = random.choice(list(value))
        return {**value, key: spoil(value[key], random)}
    if isinstance(value, list) and value and random.random() < 0.8:
        index = random.randrange(len(value))
        return [*value[:index], spoil(value[index], random), *value[index + 1 :]]
    return random.choice(JUNK)


def list_doors(site: Site) -> list[tuple[str, str, dict[str, Any]]]:
    place, segment = factories.make_place(site), factories.make_segment(site)
    attribute, campaign = factories.make_attribute(site, "tier"), factories.make_campaign(site)
    event_type = EventType.objects.create(site=site, name="purchase")
    new_site = {
        "name": "Other", "url": "https://other.example", "contact_email": "a@other.example", "timezone": "UTC",
        "allowed_origins": ["https://b.example"], "trusts_names": False,
    }  # fmt: skip
    new_campaign = {
        "site": site.pk, "name": "Sale", "title": "Hello", "body": "There", "icon_url": "https://a.example/i.png",
        "image_url": "", "link_url": "https://a.example", "actions": [{"title": "Go", "link": "https://a.example"}],
        "include_segments": [segment.pk], "exclude_segments": [], "audience_at": "launch", "schedule": "local",
        "send_at": "2026-12-24T09:00:00Z", "local_date": "2026-12-24", "local_time": "09:00", "ttl": "1 00:00:00",
        "late_policy": "skip", "late_limit_minutes": 60, "urgency": "normal", "topic": "sale", "devices": "all",
        "weight": 1, "variants": [{"title": "Hi", "actions": [{"title": "Go", "link": "/"}], "weight": 2}],
        "winner_by": "clicks", "test_percent": 20, "test_duration": "04:00:00", "test_sample": 100, "undecided": "ask",
        "repeats": "weekly", "weekdays": [1, 3], "month_day": 31, "repeat_until": "2026-12-31", "priority": 20,
        "holdout_percent": 5, "cap_by": "own", "cap_limit": 2, "cap_window": "1 00:00:00", "counts_towards_caps": True,
        "quiet_hours": "site", "throttle_per_minute": 100, "revenue_property": "price", "counts_every_conversion": False,
        "goal": {**RULE["root"], "count": None, "where": [{"property": "price", "operator": "at_least", "value": 5}]},
        "click_window": "1 00:00:00", "view_window": None,
    }  # fmt: skip
    policy = {
        "quiet_from": "22:00", "quiet_until": "08:00", "quiet_action": "skip", "holdout_percent": 5,
        "throttle_per_minute": 100, "frequency_caps": [{"limit": 1, "window": "1 00:00:00"}],
    }  # fmt: skip
    new_place = {"site": site.pk, "name": "Store", "latitude": 1.0, "longitude": 2.0}
    new_segment = {"site": site.pk, "name": "Buyers", "description": "d", "rule": RULE}
    people = {"add": [1, "2"], "remove": ["x", 3], "by": "subscriber"}
    return [
        ("post", "sites/", new_site),
        ("patch", f"sites/{site.pk}/", new_site),
        ("post", "places/", new_place),
        ("put", f"places/{place.pk}/", new_place),
        ("patch", f"attributes/{attribute.pk}/", {"type": "number", "description": "d"}),
        ("patch", f"event-types/{event_type.pk}/", {"description": "d"}),
        ("post", "segments/", new_segment),
        ("put", f"segments/{segment.pk}/", {**new_segment, "version": 1}),
        ("post", f"segments/{segment.pk}/compare/", {"rule": RULE}),
        ("post", f"segments/{segment.pk}/versions/1/restore/", {"version": 1}),
        ("post", "segments/preview/", {"site": site.pk, "rule": RULE, "as_of": None, "exact": True}),
        ("post", "segments/preview/history/", {"site": site.pk, "rule": RULE, "as_of": None}),
        ("post", "segments/", {"site": site.pk, "kind": "static", "name": "Guests", "rule": None}),
        ("post", f"segments/{factories.make_list(site).pk}/members/", people),
        ("post", "segments/snapshot/", {"site": site.pk, "rule": RULE, "name": "Buyers now"}),
        ("put", f"sites/{site.pk}/sending-policy/", policy),
        ("patch", f"sites/{site.pk}/sending-policy/", policy),
        ("post", "campaigns/", new_campaign),
        ("patch", f"campaigns/{campaign.pk}/", new_campaign),
        *(("post", f"campaigns/{campaign.pk}/{step}/", {"x": 1}) for step in ("pause", "resume", "cancel")),
    ]


def send(client: APIClient, method: str, path: str, body: Any) -> int:
    text = json.dumps(body)
    response = getattr(client, method)(f"/api/v1/{path}", text, content_type="application/json")
    return int(response.status_code)


@pytest.mark.law
def test_spoilt_bodies_are_answered_with_a_reason(client: APIClient, site: Site) -> None:
    chance = draw_chance("spoilt bodies")
    for method, path, body in list_doors(site):
        for _ in range(ROUNDS):
            spoilt = spoil(body, chance)
            status = send(client, method, path, spoilt)
            assert status < 500, (method, path, spoilt)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"\xff\xfe", b'"text"', b"null", b"[" * 100_000, b'{"a":' * 50_000, b'{"name": "\\u0000"}',
        b'{"name": "\\ud800"}', b'{"name": 1e999}', b'{"name": NaN}', b'{"name": ' + b"9" * 6000 + b"}",
    ],
)  # fmt: skip
def test_bodies_that_are_not_clean_json_are_refused(client: APIClient, site: Site, body: bytes) -> None:
    for method, path, _ in list_doors(site):
        if path.startswith("campaigns/") and path.count("/") == 3:
            continue  # pause and the like read no body
        response = getattr(client, method)(f"/api/v1/{path}", body, content_type="application/json")

        assert 400 <= response.status_code < 500 or (path.endswith("restore/") and body == b""), (
            path,
            body[:20],
        )


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data"])
def test_bodies_of_another_kind_are_refused(client: APIClient, site: Site, kind: str) -> None:
    response = client.post("/api/v1/places/", b"name=x", content_type=kind)

    assert response.status_code == 415


@pytest.mark.parametrize("value", ["nul\0", "9" * 40, "-1", "x", "2026-02-30", "💥", "null", ""])
def test_odd_addresses_lead_to_nothing(client: APIClient, site: Site, value: str) -> None:
    places = ("subscribers", "segments", "campaigns", "attributes", "event-types", "sites", "places")
    for place in places:
        key = value.replace("\0", "%00") or "x"
        assert client.get(f"/api/v1/{place}/{key}/").status_code == 404, place
