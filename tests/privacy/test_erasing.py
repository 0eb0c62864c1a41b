"""Who is erased is gone from every table, does not come back, and is missing in no count."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from access.models import AuditEntry
from campaigns.attribution.passes import recompute
from campaigns.models import Conversion, Delivery, Occurrence
from campaigns.reports import report_campaign
from campaigns.reports.outcomes import ENDS
from segments.following import follow_site
from segments.models import Membership, SegmentDay
from subscribers.erasing import erase_people
from subscribers.models import Identity, PushSubscription, Site, Subscriber
from tests import factories
from tests.campaigns.people import make_running
from tests.factories import NOW
from tests.privacy.people import MARK, make_everything_of, make_waiting, send_to
from tracking.draining import drain_inbox
from tracking.models import Event, EventSummary, InboxItem, PropertyValue

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(minutes=1)


def dump() -> dict[str, str]:
    """All that the database holds, table by table, as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        found = {}
        for table in tables:
            cursor.execute(f"SELECT coalesce(string_agg(one::text, chr(10)), '') FROM \"{table}\" AS one")
            found[table] = cursor.fetchone()[0]
    return found


def erase(*people: Subscriber) -> None:
    erase_people(people[0].site_id, [person.pk for person in people], now=LATER)


def test_nothing_in_any_table_names_who_was_erased(site: Site) -> None:
    person = make_everything_of(site)
    names = [MARK, MARK.upper(), str(person.uuid), MARK.encode().hex(), b"mail.example".hex()]
    before = dump()
    held = {table for table, text in before.items() if any(name in text for name in names)}

    erase(person)
    follow_site(site, now=LATER)

    after = dump()
    assert {
        "subscribers_subscriber",
        "subscribers_identity",
        "tracking_propertyvalue",
        "tracking_inboxitem",
    } <= held
    assert [table for table, text in after.items() if any(name in text for name in names)] == []


def test_no_row_leads_to_who_was_erased(site: Site) -> None:
    person = make_everything_of(site)
    ids = [person.pk, *person.shells.values_list("pk", flat=True)]

    erase(person)
    follow_site(site, now=LATER)

    assert not Subscriber.objects.filter(pk__in=ids).exists()
    for model in (Event, EventSummary, Identity, PushSubscription, Membership, Delivery, Conversion):
        assert not model._default_manager.filter(subscriber_id__in=ids).exists(), model


def test_others_lose_nothing(site: Site) -> None:
    other = factories.make_subscriber(site, external_id="ada", attributes={"nick": "Ada"})
    factories.make_event(other, "purchase", product_id="shared", value=1)
    person = make_everything_of(site)
    factories.make_event(person, "purchase", product_id="shared", value=1)
    make_waiting(site, kind="external", value="ada")

    erase(person)

    assert Event.objects.filter(subscriber=other).count() >= 1
    assert list(PropertyValue.objects.values_list("value", flat=True)) == ["shared"]
    assert InboxItem.objects.get().payload["value"] == "ada"


def test_reports_and_sums_stay_what_they_were(site: Site) -> None:
    person = make_everything_of(site)
    for _ in range(3):
        factories.make_push_subscription(factories.make_subscriber(site))
    campaign = send_to(person)
    before = report_campaign(campaign)

    erase(person)

    after = report_campaign(campaign)
    assert {name: getattr(after, name) for name in (*ENDS, "audience", "displayed", "clicked")} == {
        name: getattr(before, name) for name in (*ENDS, "audience", "displayed", "clicked")
    }
    assert (after.total, after.credits, after.money) == (before.total, before.credits, before.money)
    assert after.audience == sum(getattr(after, name) for name in ENDS)
    assert (after.displayed, after.clicked, after.total.converted) == (1, 1, 1)


@pytest.mark.parametrize("erased", [0, 1, 3, 5])
def test_who_waits_is_not_sent_to_and_sums_add_up(site: Site, erased: int) -> None:
    people = [factories.make_subscriber(site) for _ in range(5)]
    for person in people[1:]:
        factories.make_push_subscription(person)
    campaign = make_running(site)
    waiting = sum(1 for person in people[:erased] if person.push_subscriptions.exists())

    for person in people[:erased]:
        erase(person)

    run = Occurrence.objects.get(campaign=campaign)
    assert run.erased == waiting
    assert run.audience == 5 == sum(getattr(run, name) for name in ENDS)
    assert Delivery.objects.filter(campaign=campaign, subscriber_id__lt=0).count() == erased - waiting


def test_conversions_of_the_erased_are_not_counted_away(site: Site) -> None:
    person = make_everything_of(site)
    campaign = send_to(person)
    campaign.goal = {"type": "event", "event": "purchase"}
    campaign.save()
    Conversion.objects.filter(campaign=campaign).update(event_id=uuid.uuid4())

    erase(person)
    recompute(campaign, now=LATER)

    assert report_campaign(campaign).total.converted == 1


def test_what_waits_in_the_inbox_does_not_bring_them_back(site: Site) -> None:
    person = make_everything_of(site)
    browser = str(uuid.uuid4())
    says = [{"id": str(uuid.uuid4()), "type": "identify", "external_id": MARK, "at": NOW.isoformat()}]
    make_waiting(site, kind="anonymous", value=str(person.uuid))
    make_waiting(site, kind="anonymous", value=browser, operations=says)

    erase(person)
    drain_inbox(now=LATER)

    assert not Identity.objects.filter(value__in=[MARK, str(person.uuid)]).exists()
    assert not Subscriber.objects.filter(external_id=MARK).exists()


def test_what_comes_later_is_of_somebody_new(site: Site) -> None:
    person = make_everything_of(site)
    erase(person)

    make_waiting(site, kind="anonymous", value=str(person.uuid), operations=[event("cart")])
    drain_inbox(now=LATER)

    new = Identity.objects.get(value=str(person.uuid)).subscriber
    assert new.pk != person.pk
    assert (new.external_id, new.attributes) == ("", {})


def test_who_leaves_segments_is_counted_like_anybody(site: Site) -> None:
    person = make_everything_of(site)
    listed = factories.make_list(site)
    Membership.objects.create(segment=listed, subscriber=person, entered_at=NOW)
    listed.member_count = 1
    listed.save()

    erase(person)

    listed.refresh_from_db()
    assert listed.member_count == 0
    assert SegmentDay.objects.get(segment=listed).left == 1


def test_erasing_a_shell_erases_the_person_it_became(site: Site) -> None:
    person = make_everything_of(site)
    shell = person.shells.get()

    erase(shell)

    assert not Subscriber.objects.filter(site=site).exists()


def test_nobody_of_another_site_is_erased(site: Site) -> None:
    person = factories.make_subscriber(factories.make_site())

    assert erase_people(site.pk, [person.pk], now=NOW) == []
    assert Subscriber.objects.filter(pk=person.pk).exists()


def test_who_has_no_permission_erases_and_exports_nobody(site: Site) -> None:
    person = make_everything_of(site)
    allowed: dict[str, Any] = {}
    for role in ("analyst", "marketer", "operator"):
        client = Client()
        client.force_login(factories.make_user(role))
        allowed[role] = [
            client.get(f"/admin/subscribers/subscriber/{person.pk}/erase/").status_code,
            client.get(f"/admin/subscribers/subscriber/{person.pk}/export/").status_code,
            client.get(f"/api/v1/subscribers/{person.pk}/export/").status_code,
        ]

    assert allowed == {"analyst": [403] * 3, "marketer": [403] * 3, "operator": [200] * 3}
    client = Client()
    client.force_login(factories.make_user("marketer"))
    assert client.post(f"/admin/subscribers/subscriber/{person.pk}/erase/").status_code == 403
    assert client.post(f"/api/v1/subscribers/{person.pk}/erase/").status_code == 403
    assert Subscriber.objects.filter(pk=person.pk).exists()


def test_it_is_asked_before_and_noted_without_a_name(site: Site, admin_client: Client) -> None:
    person = make_everything_of(site)

    page = admin_client.get(f"/admin/subscribers/subscriber/{person.pk}/erase/").content.decode()
    admin_client.post(f"/admin/subscribers/subscriber/{person.pk}/erase/")

    assert "What they did" in page
    assert not Subscriber.objects.filter(pk=person.pk).exists()
    entry = AuditEntry.objects.get(action="erase")
    assert MARK not in f"{entry.target_name}{entry.target_id}{entry.details}"


def test_the_api_says_what_went(site: Site, admin_client: Client) -> None:
    person = make_everything_of(site)

    answer = admin_client.post(f"/api/v1/subscribers/{person.pk}/erase/")

    assert answer.status_code == 200
    rows = {each["table"]: each["rows"] for each in answer.json()["erased"]}
    assert rows["subscribers.Subscriber"] == 2
    assert admin_client.get(f"/api/v1/subscribers/{person.pk}/").status_code == 404


def event(name: str) -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), "type": "event", "name": name, "at": NOW.isoformat(), "properties": {}}
