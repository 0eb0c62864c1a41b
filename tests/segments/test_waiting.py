"""What has not come yet: announced, asked for by rules, and handed to developers as a list."""

import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client

from segments.catalogue import read_catalogue
from segments.definitions import read_names
from segments.remarks import read_remarks
from segments.rules import parse_rule
from segments.waiting import list_awaited
from subscribers.declaring import declare_attribute
from subscribers.models import Attribute, Site, Subscriber
from tests import factories
from tests.tracking.requests import attributes, event, track
from tracking.models import EventType

DECLARE = "/admin/segments/segment/declare/"
WAITING = "/admin/segments/segment/waiting/"


def sign_in(*groups: str, **values: Any) -> Client:
    client = Client()
    client.force_login(factories.make_user(*groups, **values))
    return client


@pytest.fixture
def marketer(site: Site) -> Client:
    return sign_in("marketer")


def announce(client: Client, site: Site, **asked: Any) -> Any:
    return client.post(DECLARE, json.dumps({"site": site.pk, **asked}), content_type="application/json")


def rule_of(*conditions: dict[str, Any]) -> dict[str, Any]:
    return {"version": 1, "root": {"type": "group", "match": "all", "conditions": list(conditions)}}


def test_an_attribute_is_announced_with_its_type_and_meaning(marketer: Client, site: Site) -> None:
    answer = announce(
        marketer,
        site,
        what="attribute",
        name=" shoe_sizes ",
        type="list",
        element_type="number",
        meaning="EU sizes",
    )

    assert (answer.status_code, answer.json()) == (201, {"name": "shoe_sizes"})
    attribute = Attribute.objects.get()
    assert (attribute.type, attribute.element_type, attribute.description) == ("list", "number", "EU sizes")
    assert attribute.first_seen_at is None
    [awaited] = list_awaited(site)
    assert awaited.snippet == "carillon.push(['addAttribute', \"shoe_sizes\", [42]]);"


@pytest.mark.parametrize(
    ("type_", "element_type", "sent", "kept"),
    [
        ("number", "text", "2", 2),
        ("text", "text", 7, "7"),
        ("list", "number", ["42"], [42]),
        ("boolean", "text", "yes", True),
    ],
)
def test_what_was_announced_fits_when_it_first_comes(
    site: Site, type_: str, element_type: str, sent: Any, kept: Any
) -> None:
    declare_attribute(site, "plan", type_=type_, element_type=element_type, description="")

    track(site, attributes(plan=sent))

    assert list_awaited(site) == []
    assert Subscriber.objects.get().attributes == {"plan": kept}
    attribute = Attribute.objects.get()
    assert (attribute.type, attribute.first_seen_at is None) == (type_, False)


def test_an_event_and_its_details_are_announced_and_come(
    marketer: Client, site: Site, now: dt.datetime
) -> None:
    announce(marketer, site, what="event", name="trial_started", meaning="When a trial begins")
    announce(marketer, site, what="property", event="trial_started", name="cart.total", type="number")
    offered = {each["key"]: each for each in read_catalogue(site, now=now)["events"]}["trial_started"]
    assert offered["waits"] is True
    assert [(each["key"], each["type"], each["waits"]) for each in offered["properties"]] == [
        ("cart.total", "number", True)
    ]
    assert [each.snippet for each in list_awaited(site)] == [
        "carillon.push(['addEvent', \"trial_started\"]);",
        'carillon.push([\'addEvent\', "trial_started", {"cart": {"total": 42}}]);',
    ]

    track(site, event("trial_started", properties={"cart": {"total": 7}}))

    assert list_awaited(site) == []
    event_type = EventType.objects.get()
    assert event_type.first_seen_at is not None
    assert event_type.description == "When a trial begins"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"what": "attribute", "name": "tier", "type": "text"}, "There is an attribute “tier” already"),
        ({"what": "attribute", "name": "", "type": "text"}, "blank"),
        ({"what": "attribute", "name": "x", "type": "colour"}, "not a valid choice"),
        ({"what": "attribute", "name": "x" * 101, "type": "text"}, "at most 100"),
        ({"what": "event", "name": "$mine"}, "without the $"),
        ({"what": "event", "name": "a\nb"}, "printable"),
        ({"what": "event", "name": 7}, "must be text"),
        ({"what": "event", "name": "a\x00"}, "must be text"),
        ({"what": "property", "event": "visit", "name": "", "type": "text"}, "printable signs"),
        ({"what": "property", "event": "visit", "name": "x", "type": ""}, "Choose what kind"),
        ({"what": "weather", "name": "x"}, "Say what it is"),
    ],
)
def test_what_cannot_be_announced_is_refused_with_a_sentence(
    marketer: Client, site: Site, asked: dict[str, Any], said: str
) -> None:
    factories.make_attribute(site, "tier")

    answer = announce(marketer, site, **asked)

    assert answer.status_code == 400
    assert said in answer.json()["problems"][0]["message"]
    assert (Attribute.objects.count(), EventType.objects.count()) == (1, 0)


def test_who_may_not_say_what_attributes_mean_may_not_announce_one(site: Site) -> None:
    assert announce(sign_in("analyst"), site, what="attribute", name="x", type="text").status_code == 403
    assert announce(sign_in("operator"), site, what="event", name="x").status_code == 403
    assert Attribute.objects.count() == 0


def test_a_rule_on_what_nobody_has_seen_is_saved_with_a_remark(
    marketer: Client, site: Site, now: dt.datetime
) -> None:
    announce(marketer, site, what="attribute", name="plan", type="number")
    rule = rule_of(
        {"type": "attribute", "key": "plan", "operator": "at_least", "value": 2},
        {"type": "attribute", "key": "colour", "operator": "equals", "value": "red"},
        {
            "type": "event",
            "event": "trial_started",
            "where": [{"property": "days", "operator": "equals", "value": 30}],
        },
    )
    fields = {"site": site.pk, "name": "Trials", "description": "", "rule": json.dumps(rule)}

    assert marketer.post("/admin/segments/segment/add/", fields).status_code == 302

    remarks = read_remarks(site, parse_rule(rule), read_names(site), now=now)
    assert remarks[0].message.endswith("It is announced, and waited for.")
    assert [remark.path for remark in remarks] == [f"root.conditions[{index}]" for index in range(3)]
    page = marketer.get(WAITING).content.decode()
    for name in ("plan", "colour", "trial_started", "days"):
        assert f"<code>{name}</code>" in page
    assert "Trials" in page
    assert "addEvent&#x27;, &quot;trial_started&quot;, {&quot;days&quot;: 42}" in page


def test_the_list_is_there_for_whoever_sees_segments(site: Site) -> None:
    assert "all that your segments ask for has been seen" in sign_in("analyst").get(WAITING).content.decode()
    assert sign_in().get(WAITING).status_code == 403


def test_the_catalogue_says_what_one_may_announce(marketer: Client, site: Site) -> None:
    path = f"/admin/segments/segment/catalogue/{site.pk}/"
    assert marketer.get(path).json()["may_declare"] == ["attribute", "event", "property"]
