"""Why somebody is in a segment, through the management door."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from segments.building import build_members
from segments.models import Segment
from subscribers.models import Site, Subscriber
from tests import factories
from tests.api.conftest import Connect
from tests.api.problems import list_wrong
from tracking.models import LogStart

BOUGHT = {"version": 1, "root": {"type": "event", "event": "purchase", "within": {"last": {"days": 7}}}}
EITHER = {
    "version": 1,
    "root": {
        "type": "group",
        "match": "any",
        "conditions": [{"type": "attribute", "key": "tier", "operator": "is_empty"}, BOUGHT["root"]],
    },
}


def address(segment: Segment) -> str:
    return f"/api/v1/segments/{segment.pk}/explain/"


def ask(who: Subscriber, **values: str) -> dict[str, str]:
    return {"subscriber": str(who.pk), **values}


@pytest.fixture
def ana(site: Site) -> Subscriber:
    ana = factories.make_subscriber(site, attributes={"tier": "gold"})
    factories.make_event(ana, "purchase", factories.NOW - dt.timedelta(days=1))
    return ana


def test_the_tree_comes_with_the_answer_and_the_facts_of_each_node(
    client: APIClient, ana: Subscriber
) -> None:
    segment = factories.make_segment(ana.site, EITHER)
    build_members(segment, as_of=factories.NOW)

    answer = client.get(address(segment), ask(ana, as_of="2026-11-21T12:00:00Z")).json()

    assert answer == {
        "sentence": "Subscribers whose tier is empty or who did “purchase” in the last 7 days.",
        "as_of": "2026-11-21T12:00:00Z",
        "holds": True,
        "entered_at": "2026-11-21T12:00:00Z",
        "changes_at": "2026-11-27T12:00:00Z",
        "outlook": "If nothing else happens, they leave this segment on 27 Nov 2026, 13:00:00 (Europe/Berlin).",
        "timezone": "Europe/Berlin",
        "root": {
            "sentence": "any of these is true",
            "holds": True,
            "changes_at": "2026-11-27T12:00:00Z",
            "evidence": [],
            "children": [
                {
                    "sentence": "whose tier is empty",
                    "holds": False,
                    "changes_at": None,
                    "evidence": [{"label": "tier", "value": "“gold”"}],
                    "children": [],
                },
                {
                    "sentence": "who did “purchase” in the last 7 days",
                    "holds": True,
                    "changes_at": "2026-11-27T12:00:00Z",
                    "evidence": [
                        {"label": "Counted", "value": "“purchase”: once"},
                        {"label": "20 Nov 2026, 13:00:00", "value": "“purchase”"},
                    ],
                    "children": [],
                },
            ],
        },
    }


@pytest.mark.parametrize(
    ("as_of", "holds"),
    [("2026-11-20T11:59:59Z", False), ("2026-11-20T13:00:00+01:00", True), ("2026-11-28T12:00:00Z", False)],
)
def test_the_answer_is_for_the_instant_asked_about(
    client: APIClient, ana: Subscriber, as_of: str, holds: bool
) -> None:
    segment = factories.make_segment(ana.site, BOUGHT)

    answer = client.get(address(segment), ask(ana, as_of=as_of)).json()

    assert (answer["holds"], answer["entered_at"]) == (holds, None)


@pytest.mark.parametrize(
    ("as_of", "changes_at", "outlook"),
    [
        (
            "2026-11-20T11:59:59Z",
            "2026-11-20T12:00:00Z",
            "If nothing else happens, they enter this segment on 20 Nov 2026, 13:00:00 (Europe/Berlin).",
        ),
        (
            "2026-11-20T12:00:00Z",
            "2026-11-27T12:00:00Z",
            "If nothing else happens, they leave this segment on 27 Nov 2026, 13:00:00 (Europe/Berlin).",
        ),
        ("2026-11-27T12:00:00Z", None, "Time alone will not change this."),
    ],
)
def test_it_says_when_time_alone_changes_the_answer(
    client: APIClient, ana: Subscriber, as_of: str, changes_at: str | None, outlook: str
) -> None:
    segment = factories.make_segment(ana.site, BOUGHT)

    answer = client.get(address(segment), ask(ana, as_of=as_of)).json()

    assert (answer["changes_at"], answer["outlook"]) == (changes_at, outlook)


def test_where_conditions_turn_for_ever_it_says_how_far_it_looked(client: APIClient, ana: Subscriber) -> None:
    days = [{"type": "local_time", "weekdays": [day]} for day in ("monday", "tuesday")]
    root = {"type": "group", "match": "all", "conditions": days}
    segment = factories.make_segment(ana.site, {"version": 1, "root": root})

    answer = client.get(address(segment), ask(ana)).json()

    assert answer["changes_at"] is None
    assert answer["outlook"].startswith("Time alone will not change this before ")


def test_without_an_instant_it_is_now(client: APIClient, ana: Subscriber) -> None:
    before = dt.datetime.now(dt.UTC)

    answer = client.get(address(factories.make_segment(ana.site, BOUGHT)), ask(ana)).json()

    assert before <= dt.datetime.fromisoformat(answer["as_of"]) <= dt.datetime.now(dt.UTC)


@pytest.mark.parametrize(
    ("question", "field", "words"),
    [
        ({}, "subscriber", "Say whom to explain, like ?subscriber=42."),
        ({"subscriber": "ana"}, "subscriber", "A valid integer is required."),
        ({"subscriber": 2**70}, "subscriber", "less than or equal to"),
        (
            {"subscriber": 1, "as_of": "yesterday"},
            "as_of",
            "This must be a moment, like 2026-11-21T10:00:00Z.",
        ),
        ({"subscriber": 1, "as_of": "2026-11-21T10:00:00"}, "as_of", "A moment needs its offset"),
        ({"subscriber": 1, "as_of": "0001-01-01T00:00:00Z"}, "as_of", "between the years 1900 and 2200"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_with_what_would_be_right(
    client: APIClient, site: Site, question: dict[str, Any], field: str, words: str
) -> None:
    response = client.get(address(factories.make_segment(site)), question)

    assert response.status_code == 400
    assert words in list_wrong(response)[field][0]


def test_an_instant_of_which_events_are_no_longer_kept_is_refused(client: APIClient, ana: Subscriber) -> None:
    LogStart.objects.create(begins_at=factories.NOW)
    address_ = address(factories.make_segment(ana.site))

    refused = client.get(address_, ask(ana, as_of="2026-11-21T11:59:59Z"))

    assert refused.status_code == 400
    assert list_wrong(refused)["as_of"] == [
        "Older events are no longer kept. Ask for 21 Nov 2026, 12:00 UTC or a later moment."
    ]
    assert client.get(address_, ask(ana, as_of="2026-11-21T12:00:00Z")).status_code == 200


def test_nobody_of_another_site_and_no_shell_is_explained(
    client: APIClient, site: Site, ana: Subscriber
) -> None:
    segment = factories.make_segment(site)
    stranger = factories.make_subscriber(factories.make_site())
    shell = factories.make_subscriber(site, merged_into=ana)

    for who in (stranger.pk, shell.pk, 2**40):
        assert client.get(address(segment), {"subscriber": who}).status_code == 404


def test_a_rule_that_can_no_longer_be_read_is_said_so(client: APIClient, ana: Subscriber) -> None:
    segment = factories.make_segment(ana.site, {"version": 1, "root": {"type": "mood"}})

    response = client.get(address(segment), ask(ana))

    assert response.status_code == 409
    assert response.json()["detail"].startswith("The rule of this segment cannot be read: root")


@pytest.mark.parametrize("missing", ["view_segment", "view_subscriber", "view_event"])
def test_it_takes_the_right_to_see_segments_subscribers_and_events(ana: Subscriber, missing: str) -> None:
    user = factories.make_user()
    needed = {"view_segment", "view_subscriber", "view_event"}
    user.user_permissions.set(Permission.objects.filter(codename__in=needed - {missing}))
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {Token.objects.create(user=user).key}")

    response = client.get(address(factories.make_segment(ana.site)), ask(ana))

    assert response.status_code == 403


@pytest.mark.parametrize("role", ["marketer", "analyst", "operator"])
def test_every_role_may_ask(connect: Connect, ana: Subscriber, role: str) -> None:
    response = connect(role).get(address(factories.make_segment(ana.site)), ask(ana))

    assert response.status_code == 200
