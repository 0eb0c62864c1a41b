"""Staff put the properties of an event in order: merged and deleted in the background, in rules, goals and what comes."""

import json
from typing import Any

import pytest
from django.test import Client

from access.models import AuditEntry
from campaigns.models import Campaign
from segments.building import build_members
from segments.catalogue import read_catalogue
from subscribers.declaring import DeclarationError
from subscribers.models import Site
from tests import factories
from tests.factories import NOW
from tests.segments.live import rule_of
from tests.tracking.requests import OTHER_BROWSER, event, track
from tracking import vocabulary
from tracking.declaring import declare_property
from tracking.models import Event, EventSummary, EventType, PropertyMove
from tracking.property_moves import PropertyError, merge_property

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(factories.make_user(is_superuser=True))
    return client


@pytest.fixture
def bought(site: Site) -> EventType:
    track(site, event("purchase", properties={"cost": {"net": 5}, "sku": "a"}))
    track(
        site, event("purchase", properties={"price": {"net": 7}, "cost": {"net": 1}}), browser=OTHER_BROWSER
    )
    track(site, event("other", properties={"cost": 3}))
    return EventType.objects.get(name="purchase")


def work() -> None:
    while vocabulary.work_on_vocabulary(clock=lambda: NOW):
        pass


def page_of(row: EventType) -> str:
    return f"/admin/tracking/eventtype/{row.pk}/properties/"


def act(admin: Client, row: EventType, action: str, *keys: str, **values: Any) -> Any:
    return admin.post(page_of(row), {"action": action, "_selected_action": keys, **values}, follow=True)


def ask_for(path: str) -> dict[str, Any]:
    return {
        "type": "event",
        "event": "purchase",
        "where": [{"property": path, "operator": "at_least", "value": 5}],
    }


def write(properties: object) -> str:
    return json.dumps(properties, sort_keys=True)


def read_kept(name: str = "purchase") -> list[dict[str, Any]]:
    rows = Event.objects.filter(event_type__name=name).order_by("subscriber_id", "occurred_at", "id")
    return sorted((row.properties for row in rows), key=write)


def test_merged_properties_are_one_in_events_rules_goals_and_whatever_comes(
    admin: Client, site: Site, bought: EventType
) -> None:
    segment = factories.make_segment(site, rule=rule_of(ask_for("cost.net")))
    campaign = factories.make_campaign(site, goal=ask_for("cost.net"), revenue_property="cost")
    sums = list(EventSummary.objects.order_by("pk").values_list("count", "first_at", "last_at"))

    act(admin, bought, "merge", "cost", confirmed="1", target="price")
    work()
    track(site, event("purchase", properties={"cost": {"net": 9}}))

    assert read_kept() == sorted(
        [{"price": {"net": 5}, "sku": "a"}, {"price": {"net": 9}}, {"price": {"net": 7}}], key=write
    )
    assert read_kept("other") == [{"cost": 3}]
    segment.refresh_from_db()
    campaign.refresh_from_db()
    assert segment.rule == rule_of(ask_for("price.net"))
    assert (campaign.goal, campaign.revenue_property) == (ask_for("price.net"), "price")
    bought.refresh_from_db()
    assert "cost" not in str(bought.properties)
    assert bought.properties["price.net"] == "number"
    assert PropertyMove.objects.get().finished_at == NOW
    track(site, event("purchase", properties={"price": {"net": 2}}), browser=OTHER_BROWSER)
    assert sum(EventSummary.objects.values_list("count", flat=True)) == sum(row[0] for row in sums) + 2


def test_members_are_right_after_a_merge(site: Site, bought: EventType) -> None:
    segment = factories.make_segment(site, rule=rule_of(ask_for("price.net")))
    build_members(segment, as_of=NOW)
    assert segment.memberships.count() == 1

    merge_property(bought.pk, "cost", "price", now=NOW)
    work()
    build_members(segment, as_of=NOW)

    assert segment.memberships.count() == 2


def test_a_hot_property_is_read_by_its_new_name(site: Site) -> None:
    track(site, event("purchase", properties={"amount": 12}))
    track(site, event("purchase", properties={"value": 1}), browser=OTHER_BROWSER)

    merge_property(EventType.objects.get(name="purchase").pk, "amount", "value", now=NOW)
    work()

    assert sorted(map(float, Event.objects.values_list("value", flat=True))) == [1.0, 12.0]


def test_a_deleted_property_goes_with_its_values_and_is_new_when_it_comes_again(
    admin: Client, site: Site, bought: EventType
) -> None:
    factories.make_segment(site, name="Spenders", rule=rule_of(ask_for("cost.net")))

    asked = act(admin, bought, "delete", "cost").content.decode()
    assert "Spenders" in asked
    assert "/admin/segments/segment/" in asked
    assert not PropertyMove.objects.exists()
    act(admin, bought, "delete", "cost", confirmed="1")
    work()

    assert read_kept() == sorted([{"sku": "a"}, {"price": {"net": 7}}], key=write)
    bought.refresh_from_db()
    assert set(bought.properties) == {"sku", "price.net"}
    track(site, event("purchase", properties={"cost": 3}))
    bought.refresh_from_db()
    assert bought.properties["cost"] == "number"


def test_rules_that_are_written_with_a_merged_property_get_the_other(site: Site, bought: EventType) -> None:
    merge_property(bought.pk, "cost", "price", now=NOW)

    segment = factories.make_segment(site, rule=rule_of(ask_for("cost.net")))
    work()

    segment.refresh_from_db()
    assert segment.rule == rule_of(ask_for("price.net"))


@pytest.mark.parametrize(
    ("key", "into"),
    [("cost", "cost"), ("cost", "nowhere"), ("nowhere", "price"), ("cost.net", "sku"), ("sku", "cost.net")],
)
def test_what_cannot_be_merged_is_refused_with_a_sentence(
    site: Site, bought: EventType, key: str, into: str
) -> None:
    with pytest.raises(PropertyError, match=r"\.$"):
        merge_property(bought.pk, key, into, now=NOW)
    assert not PropertyMove.objects.exists()


def test_a_merged_name_is_not_announced_anew(site: Site, bought: EventType) -> None:
    merge_property(bought.pk, "cost", "price", now=NOW)

    with pytest.raises(DeclarationError, match="merged into “price”"):
        declare_property(site, "purchase", "cost", type_="number", description="")


def test_names_that_were_merged_one_after_the_other_lead_to_the_last(site: Site, bought: EventType) -> None:
    merge_property(bought.pk, "cost", "price", now=NOW)
    merge_property(bought.pk, "price", "sku", now=NOW)
    work()

    bought.refresh_from_db()
    assert bought.property_aliases == {"cost": "sku", "price": "sku"}


def test_properties_are_hidden_and_offered_by_the_dozen_with_an_entry_each_time(
    admin: Client, site: Site, bought: EventType
) -> None:
    act(admin, bought, "hide", "sku", "price.net", "made up")

    (offered,) = (each for each in read_catalogue(site, now=NOW)["events"] if each["key"] == "purchase")
    assert {each["key"] for each in offered["properties"]} == {"cost.net"}
    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.after) == ("hide", {"hidden_properties": ["price.net", "sku"]})
    act(admin, bought, "offer", "sku")
    bought.refresh_from_db()
    assert bought.hidden_properties == ["price.net"]


def test_who_may_only_look_changes_nothing(site: Site, bought: EventType) -> None:
    client = Client()
    client.force_login(factories.make_user(memberships={site: "analyst"}))

    assert client.get(page_of(bought)).status_code == 200
    assert act(client, bought, "hide", "sku").status_code == 403
    other = factories.make_user(memberships={factories.make_site(): "operator"})
    client.force_login(other)
    assert client.get(page_of(bought)).status_code == 404


def test_a_campaign_is_not_lost_in_a_merge_of_events(site: Site, bought: EventType) -> None:
    merge_property(bought.pk, "cost", "price", now=NOW)
    other = EventType.objects.get(name="other")
    vocabulary.merge_events(bought, other, now=NOW)
    work()

    other.refresh_from_db()
    assert other.property_aliases == {"cost": "price"}
    assert Campaign.objects.count() == 0
    assert read_kept("other") == sorted(
        [{"cost": 3}, {"price": {"net": 5}, "sku": "a"}, {"price": {"net": 7}}], key=write
    )


def test_a_page_tells_how_far_changes_of_names_are(admin: Client, site: Site, bought: EventType) -> None:
    merge_property(bought.pk, "cost", "price", now=NOW)
    vocabulary.delete_events([EventType.objects.get(name="other")])

    before = admin.get("/admin/tracking/eventtype/changes/").content.decode()
    work()
    after = admin.get("/admin/tracking/eventtype/changes/").content.decode()

    assert "the property “cost” of “purchase” becomes “price”" in before
    assert "2 people left" in before
    assert "“other” goes, with its events" in before
    assert "Nothing is under way." in after
    assert "2 events moved" in after
