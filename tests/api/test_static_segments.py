"""Static segments through the management door: lists that are made, filled and emptied."""

from typing import Any
from unittest.mock import patch

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from segments.models import Membership, MembershipChange, Segment
from segments.snapshots import SnapshotStopped
from subscribers.models import Site
from tests import factories
from tests.api.conftest import Connect
from tests.api.problems import list_fields, list_wrong

SEGMENTS = "/api/v1/segments/"
GERMANS = {"version": 1, "root": {"type": "profile", "field": "country", "operator": "equals", "value": "DE"}}


@pytest.fixture
def segment(site: Site) -> Segment:
    return factories.make_list(site)


def members_of(segment: Segment) -> str:
    return f"{SEGMENTS}{segment.pk}/members/"


def ids_on(segment: Segment) -> set[int]:
    return set(Membership.objects.filter(segment=segment).values_list("subscriber_id", flat=True))


# --- Making lists ---------------------------------------------------------------


def test_a_list_is_made_without_a_rule_and_is_ready(client: APIClient, site: Site) -> None:
    response = client.post(SEGMENTS, {"site": site.pk, "kind": "static", "name": "Guests"})

    assert response.status_code == 201, response.content
    made = response.json()
    assert (made["kind"], made["rule"], made["status"], made["member_count"]) == ("static", None, "ready", 0)
    assert Segment.objects.get(pk=made["id"]).created_by


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "static", "rule": GERMANS}, "rule"),
        ({"kind": "live"}, "rule"),
        ({"kind": "live", "rule": None}, "rule"),
        ({}, "rule"),
        ({"kind": "frozen"}, "kind"),
    ],
)
def test_a_rule_is_required_of_live_segments_and_of_them_alone(
    client: APIClient, site: Site, body: dict[str, Any], field: str
) -> None:
    response = client.post(SEGMENTS, {"site": site.pk, "name": "Odd", **body})

    assert response.status_code == 400
    assert list_fields(response) == {field}


def test_a_list_is_renamed_and_stays_a_list(client: APIClient, segment: Segment) -> None:
    url = f"{SEGMENTS}{segment.pk}/"

    assert client.patch(url, {"name": "Guests"}).json()["name"] == "Guests"
    assert client.put(url, {"site": segment.site_id, "name": "Friends"}).json()["name"] == "Friends"
    assert client.patch(url, {"kind": "live"}).status_code == 400
    assert client.patch(url, {"rule": GERMANS}).status_code == 400
    segment.refresh_from_db()
    assert (segment.kind, segment.status, segment.rule) == ("static", "ready", None)


def test_a_live_segment_keeps_its_rule(client: APIClient, site: Site) -> None:
    live = factories.make_segment(site)

    assert client.patch(f"{SEGMENTS}{live.pk}/", {"rule": None}).status_code == 400
    assert client.patch(f"{SEGMENTS}{live.pk}/", {"kind": "static"}).status_code == 400


def test_lists_are_found_by_their_kind(client: APIClient, segment: Segment) -> None:
    factories.make_segment(segment.site)

    found = client.get(SEGMENTS, {"kind": "static"}).json()["results"]

    assert [each["id"] for each in found] == [segment.pk]


# --- Members --------------------------------------------------------------------


def test_people_are_added_and_removed_and_each_failure_is_told(client: APIClient, segment: Segment) -> None:
    ana, ben, eve = [factories.make_subscriber(segment.site) for _ in range(3)]
    client.post(members_of(segment), {"add": [ana.pk]})

    response = client.post(members_of(segment), {"add": [ben.pk, eve.pk, 987654321], "remove": [ana.pk, "x"]})

    assert response.status_code == 200, response.content
    assert response.json() == {
        "added": 2,
        "removed": 1,
        "failed": [
            {"value": "987654321", "error": "Nobody on this site has this subscriber number."},
            {"value": "x", "error": "This is not a subscriber number: that is a whole number, like 1204."},
        ],
    }
    assert ids_on(segment) == {ben.pk, eve.pk}
    segment.refresh_from_db()
    assert segment.member_count == 2
    assert set(MembershipChange.objects.values_list("cause", flat=True)) == {"list"}


def test_people_are_named_by_customer_id_or_address(client: APIClient, segment: Segment) -> None:
    ana = factories.make_subscriber(segment.site, external_id="u-1")
    ben = factories.make_subscriber(segment.site, email="ben@x.example")

    client.post(members_of(segment), {"add": ["u-1"], "by": "external_id"})
    client.post(members_of(segment), {"add": ["BEN@x.example"], "by": "email"})

    assert ids_on(segment) == {ana.pk, ben.pk}


def test_an_address_of_several_people_adds_none_of_them(client: APIClient, segment: Segment) -> None:
    for _ in range(2):
        factories.make_subscriber(segment.site, email="both@x.example")

    answer = client.post(members_of(segment), {"add": ["both@x.example"], "by": "email"}).json()

    assert answer["added"] == 0
    assert answer["failed"][0]["error"] == "2 people have this e-mail address, so that nobody was taken."


def test_adding_twice_counts_once(client: APIClient, segment: Segment) -> None:
    ana = factories.make_subscriber(segment.site)

    answers = [client.post(members_of(segment), {"add": [ana.pk, str(ana.pk)]}).json()["added"] for _ in "ab"]

    assert answers == [1, 0]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, ["add"]),
        ({"add": [], "remove": []}, ["add"]),
        ({"add": "u-1"}, ["add"]),
        ({"add": [{"id": 1}, 2]}, ["add", "0"]),
        ({"add": [1, None]}, ["add", "1"]),
        ({"add": [7, 8], "remove": [1, 8]}, ["remove", "1"]),
        ({"add": ["x" * 301]}, ["add", "0"]),
        ({"add": [1], "by": "shoe size"}, ["by"]),
        ({"add": [1] * 5001}, ["add"]),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_path(
    client: APIClient, segment: Segment, body: dict[str, Any], path: list[str]
) -> None:
    response = client.post(members_of(segment), body)

    assert response.status_code == 400
    assert "/".join(path) in list_wrong(response)


def test_one_person_is_taken_off(client: APIClient, segment: Segment) -> None:
    ana = factories.make_subscriber(segment.site)
    client.post(members_of(segment), {"add": [ana.pk]})

    statuses = [client.delete(f"{members_of(segment)}{ana.pk}/").status_code for _ in "ab"]

    assert statuses == [204, 404]
    assert ids_on(segment) == set()


def test_nobody_is_put_on_a_live_segment(client: APIClient, site: Site) -> None:
    live = factories.make_segment(site)
    ana = factories.make_subscriber(site)
    words = "This segment is live: its rule decides who is in it. Put people on a static one."

    refused = [
        client.post(members_of(live), {"add": [ana.pk]}),
        client.delete(f"{members_of(live)}{ana.pk}/"),
    ]

    assert [(each.status_code, each.json()["detail"]) for each in refused] == [(409, words)] * 2


def test_who_may_not_change_segments_does_not_change_their_members(
    connect: Connect, segment: Segment
) -> None:
    ana = factories.make_subscriber(segment.site)
    analyst, marketer = connect("analyst"), connect("marketer")

    assert analyst.get(members_of(segment)).status_code == 200
    assert analyst.post(members_of(segment), {"add": [ana.pk]}).status_code == 403
    assert analyst.delete(f"{members_of(segment)}{ana.pk}/").status_code == 403
    assert marketer.post(members_of(segment), {"add": [ana.pk]}).status_code == 200
    assert marketer.delete(f"{members_of(segment)}{ana.pk}/").status_code == 204


def test_a_list_that_does_not_exist_is_not_found(client: APIClient, db: None) -> None:
    assert client.post(f"{SEGMENTS}987654/members/", {"add": [1]}).status_code == 404
    assert client.delete(f"{SEGMENTS}987654/members/1/").status_code == 404


# --- Snapshots ------------------------------------------------------------------


def snap(client: APIClient, site: Site, **values: Any) -> Any:
    return client.post(
        f"{SEGMENTS}snapshot/", {"site": site.pk, "rule": GERMANS, "name": "Germans", **values}
    )


def test_a_snapshot_holds_those_whom_the_rule_gives_now_and_keeps_them(client: APIClient, site: Site) -> None:
    ana = factories.make_subscriber(site, country="DE")
    factories.make_subscriber(site, country="FR")

    response = snap(client, site)

    assert response.status_code == 201, response.content
    made = response.json()
    assert (made["kind"], made["member_count"], made["snapshot_rule"]) == ("static", 1, GERMANS)
    change = MembershipChange.objects.get()
    assert (change.subscriber_id, change.kind, change.cause) == (ana.pk, "entered", "list")


def test_a_snapshot_needs_a_free_name_and_a_rule_that_can_be_read(client: APIClient, site: Site) -> None:
    factories.make_segment(site, name="Germans")

    assert snap(client, site).status_code == 400
    refused = snap(client, site, name="Others", rule={"version": 1, "root": {"type": "nonsense"}})
    assert min(list_wrong(refused)).startswith("rule/root")
    assert not Segment.objects.filter(kind="static").exists()


def test_a_snapshot_that_takes_too_long_is_stopped_and_leaves_nothing(
    client: APIClient, site: Site, settings: Settings
) -> None:
    with patch("segments.api.lists.take_snapshot", side_effect=SnapshotStopped("It took too long.")):
        response = snap(client, site)

    assert (response.status_code, response.json()["detail"]) == (503, "It took too long.")


def test_a_snapshot_is_for_whoever_may_add_segments(connect: Connect, site: Site) -> None:
    assert snap(connect("analyst"), site).status_code == 403
    assert snap(connect("marketer"), site).status_code == 201


# --- What else is asked of segments ---------------------------------------------


def test_a_list_is_explained(client: APIClient, segment: Segment) -> None:
    ana, ben = factories.make_subscriber(segment.site), factories.make_subscriber(segment.site)
    client.post(members_of(segment), {"add": [ana.pk]})

    def explain(pk: int) -> Any:
        return client.get(f"{SEGMENTS}{segment.pk}/explain/", {"subscriber": pk}).json()

    assert (explain(ana.pk)["holds"], explain(ben.pk)["holds"]) == (True, False)
    assert explain(ana.pk)["sentence"] == "A list that people keep."


def test_a_rule_can_name_a_list(client: APIClient, segment: Segment) -> None:
    ana = factories.make_subscriber(segment.site)
    client.post(members_of(segment), {"add": [ana.pk]})
    rule = {"version": 1, "root": {"type": "segment", "segment": segment.pk, "member": True}}

    answer = client.post(f"{SEGMENTS}preview/", {"site": segment.site_id, "rule": rule, "exact": True})

    assert answer.json()["count"] == 1
