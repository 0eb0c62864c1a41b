"""Each list and each preview of people is one entry with its filter and its count, and names nobody."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from access.models import AuditEntry
from config.auditing.readings import LIST, PEOPLE, PREVIEW
from subscribers.models import Subscriber
from tests import factories
from tests.access.world import World, make_world

pytestmark = pytest.mark.django_db
Ask = Callable[[World], tuple[str, str, Any]]  # method, path, body
SECRET = "one@acme.example"
RULE = {
    "version": 1,
    "root": {
        "type": "group",
        "match": "all",
        "conditions": [
            {"type": "profile", "field": "email", "operator": "equals", "value": SECRET},
            {"type": "attribute", "key": "acme_tier", "operator": "in", "values": ["acme"]},
            {"type": "event", "event": "acme_bought", "where": [
                {"property": "item", "operator": "equals", "value": "acme"}]},
            {"type": "location", "near": {"lat": 50.7374, "lon": 7.0982}, "radius": {"km": 20000}},
        ],
    },
}  # fmt: skip
SHAPE = (
    "Subscribers whose e-mail address equals …, whose acme tier is …, who did “acme bought” where item equals … "
    "and who are within 20000 km of …"
)
TEXT = {"title": "Hello", "body": "You", "link_url": "https://acme.example/"}


def get(path: str) -> Ask:
    return lambda world: ("get", fill(path, world), None)


def ask_of_rule(path: str, **more: Callable[[World], int]) -> Ask:
    return lambda world: (
        "post",
        fill(path, world),
        {"site": world.site.pk, "rule": RULE, **{name: find(world) for name, find in more.items()}},
    )


def fill(path: str, world: World) -> str:
    ids = {
        "site": world.site.pk,
        "segment": world.rows["segments.segment"].pk,
        "list": world.list.pk,
        "upload": world.upload.pk,
        "draft": world.rows["campaigns.campaign"].pk,
        "sent": world.sent.pk,
        "attribute": world.rows["subscribers.attribute"].pk,
        "person": world.rows["subscribers.subscriber"].pk,
    }
    return path.format(**ids)


def find_segment(world: World) -> int:
    key: int = world.rows["segments.segment"].pk
    return key


SEGMENTS, CAMPAIGNS = "/admin/segments/segment/", "/admin/campaigns/campaign/"
ASKED: dict[str, Ask] = {
    "subscriber-list": get("/api/v1/subscribers/?site={site}"),
    "segment-members-list": get("/api/v1/segments/{segment}/members/"),
    "segment-history-list": get("/api/v1/segments/{segment}/history/"),
    "segment-preview": ask_of_rule("/api/v1/segments/preview/", segment=find_segment),
    "segment-preview-history": ask_of_rule("/api/v1/segments/preview/history/"),
    "segment-compare": lambda world: ("post", fill("/api/v1/segments/{segment}/compare/", world), {"rule": RULE}),
    "campaign-deliveries-list": get("/api/v1/campaigns/{sent}/deliveries/?status=sent"),
    "campaign-dry-run-people": get("/api/v1/campaigns/{draft}/dry-run/people/?search=acme-1"),
    "campaign-dry-run": get("/api/v1/campaigns/{draft}/dry-run/"),
    "attribute-refused": get("/api/v1/attributes/{attribute}/refused/"),
    "attribute-conversion-preview": get("/api/v1/attributes/{attribute}/conversion-preview/?type=number"),
    "admin:search": get("/admin/search/?s=acme"),
    "admin:autocomplete": get(
        "/admin/autocomplete/?app_label=signin&model_name=invitation&field_name=sites&term=acme"
    ),
    "admin:subscribers_subscriber_changelist": get("/admin/subscribers/subscriber/?q=acme-1&site__id__exact={site}"),
    "admin:subscribers_attribute_change": get("/admin/subscribers/attribute/{attribute}/change/"),
    "admin:tracking_inboxitem_changelist": get("/admin/tracking/inboxitem/?q=acme"),
    "admin:segments_segment_preview": ask_of_rule(f"{SEGMENTS}preview/", segment=find_segment),
    "admin:segments_segment_past": ask_of_rule(f"{SEGMENTS}preview/history/"),
    "admin:segments_segment_comparison": ask_of_rule(f"{SEGMENTS}preview/comparison/", segment=find_segment),
    "admin:segments_segment_overlap": get(f"{SEGMENTS}overlap/?ids={{segment}}%2C{{list}}"),
    "admin:segments_segment_overview": get(f"{SEGMENTS}{{segment}}/overview/?days=30"),
    "admin:segments_segment_members": get(f"{SEGMENTS}{{segment}}/members/?who={SECRET}"),
    "admin:segments_segment_past_members": get(f"{SEGMENTS}{{segment}}/members/past/?at=2026-01-01T10:00"),
    "admin:segments_segment_uploaded": get(f"{SEGMENTS}{{list}}/uploads/{{upload}}/"),
    "admin:campaigns_campaign_preview": lambda world: (
        "form", f"{CAMPAIGNS}preview/",
        {"site": world.site.pk, "sample": world.rows["subscribers.subscriber"].pk, **TEXT},
    ),
    "admin:campaigns_campaign_samples": get(f"{CAMPAIGNS}samples/?site={{site}}&q=acme-1"),
    "admin:campaigns_campaign_test": get(f"{CAMPAIGNS}{{draft}}/test/?q=acme-1"),
    "admin:campaigns_campaign_dry_run": get(f"{CAMPAIGNS}{{draft}}/dry-run/?q=acme-1&reason=planned"),
    # Pages that are about something else, and show people in passing.
    "launch": get(f"{CAMPAIGNS}{{draft}}/launch/"),
    "composer": get(f"{CAMPAIGNS}{{draft}}/change/"),
}  # fmt: skip
BY_RULE = {name for name in ASKED if name.endswith(("preview", "history", "compare", "past", "comparison"))} - {
    "admin:campaigns_campaign_preview", "attribute-conversion-preview",
}  # fmt: skip


@pytest.fixture
def world() -> World:
    made = make_world("acme")
    Subscriber.objects.update(latitude=50.7374, longitude=7.0982)
    return made


@pytest.fixture
def admin(db: None) -> Client:
    client = Client()
    client.force_login(factories.make_user(is_superuser=True))
    return client


def look(client: Client, asked: tuple[str, str, Any]) -> Any:
    method, path, body = asked
    if method == "get":
        return client.get(path)
    if method == "form":
        return client.post(path, body)
    return client.post(path, body, content_type="application/json")


def test_no_list_and_no_preview_is_left_out_here() -> None:
    known = {name for name, kind in PEOPLE.items() if kind in {LIST, PREVIEW}}

    assert sorted(known - set(ASKED)) == []


@pytest.mark.parametrize("name", ASKED)
def test_a_list_or_preview_of_people_is_one_entry_with_its_filter_and_count(
    world: World, admin: Client, name: str
) -> None:
    before = AuditEntry.objects.count()
    asked = ASKED[name](world)

    response = look(admin, asked)

    assert response.status_code == 200, (asked[1], response)
    assert AuditEntry.objects.count() == before + 1
    entry = AuditEntry.objects.latest("id")
    details = json.dumps(entry.details, ensure_ascii=False)
    assert isinstance(entry.details["count"], int), details
    assert "filter" in entry.details or entry.target_id, details
    assert not any(word in details for word in (SECRET, "acme-1", "50.7", "gold")), details
    if name in BY_RULE:
        assert entry.details["filter"]["rule"].startswith(SHAPE)


def test_an_operator_reads_what_was_looked_at_on_their_site_in_words(world: World, admin: Client) -> None:
    look(admin, ASKED["admin:segments_segment_preview"](world))
    entry = AuditEntry.objects.latest("id")
    operator = Client()
    operator.force_login(factories.make_user(memberships={world.site: "operator"}))

    page = operator.get(f"/admin/access/auditentry/{entry.pk}/change/").content.decode()
    listed = operator.get("/admin/access/auditentry/").content.decode()
    told = operator.get(f"/api/v1/audit/{entry.pk}/").json()

    assert entry.site_id == world.site.pk
    assert f"rule: {SHAPE}" in page
    assert "1 person" in page
    assert f"1 person; rule: {SHAPE[:60]}" in listed
    assert told["shown"].startswith(f"1 person; rule: {SHAPE}")


def test_a_message_looked_at_as_somebody_would_see_it_names_them_by_their_opaque_id_alone(
    world: World, admin: Client
) -> None:
    look(admin, ASKED["admin:campaigns_campaign_preview"](world))

    entry = AuditEntry.objects.latest("id")
    person = world.rows["subscribers.subscriber"]
    assert entry.details["filter"] == {"site": world.site.pk, "sample": str(person.opaque_id)}
    assert entry.details["count"] == 1
