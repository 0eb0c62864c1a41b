"""Why a rule holds: its tree with an answer and the facts behind it at every node."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from segments.rules import Names, SubscriberFacts
from segments.rules.explanation import Explanation, explain_rule
from segments.rules.facts import DeviceFacts, EventFacts, ForgottenEvents
from segments.rules.flips import Outlook
from tests.factories import NOW
from tests.segments.rules.documents import JSON, attribute, event, group, read

NAMES = Names(segments={7: "Regulars"}, campaigns={3: "Spring sale"})
HOUR = dt.timedelta(hours=1)
DAY = 24 * HOUR


def person(**values: Any) -> SubscriberFacts:
    return SubscriberFacts(**{"attributes": {}, "profile": {}, **values})


def bought(*days_ago: float, name: str = "purchase", **properties: Any) -> tuple[EventFacts, ...]:
    return tuple(EventFacts(name, NOW - days * DAY, properties) for days in days_ago)


def explain(root: JSON, facts: SubscriberFacts, **values: Any) -> Explanation:
    defaults = {"as_of": NOW, "zone": ZoneInfo("Europe/Berlin"), "names": NAMES}
    return explain_rule(read(root), facts, **{**defaults, **values})


def find_evidence(root: JSON, facts: SubscriberFacts, **values: Any) -> list[tuple[str, str]]:
    return [(each.label, each.value) for each in explain(root, facts, **values).evidence]


# --- The tree -------------------------------------------------------------------


def test_each_condition_is_said_in_english_with_its_own_answer() -> None:
    root = group("any", attribute("tier", "equals", "gold"), attribute("spent", "greater_than", 100))

    explanation = explain(root, person(attributes={"tier": "gold", "spent": 20}))

    assert (explanation.sentence, explanation.holds) == ("any of these is true", True)
    assert [(child.sentence, child.holds) for child in explanation.children] == [
        ("whose tier equals “gold”", True),
        ("whose spent is greater than 100", False),
    ]


@pytest.mark.parametrize(
    ("root", "sentence", "holds"),
    [
        (group("all"), "all of these are true (no condition is given)", True),
        (group("none", attribute("tier", "exists")), "none of these is true", True),
        (group("at_least", attribute("tier", "exists"), n=1), "at least 1 of these are true", False),
    ],
)
def test_a_group_says_how_its_conditions_are_joined(root: JSON, sentence: str, holds: bool) -> None:
    explanation = explain(root, person())

    assert (explanation.sentence, explanation.holds) == (sentence, holds)


def test_each_condition_and_the_whole_say_until_when_their_answer_stays_so() -> None:
    within = event(within={"last": {"days": 7}})
    root = group("all", within, group("any", within, attribute("tier", "exists")))

    explanation = explain(root, person(events=bought(1)))

    counted, inner = explanation.children
    leaves_at = NOW + 6 * DAY
    assert (explanation.outlook, counted.outlook) == (Outlook(leaves_at), Outlook(leaves_at))
    assert (inner.outlook, inner.children[1].outlook) == (None, Outlook(None))


# --- Who they are ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("gold", "“gold”"),
        (2450.0, "2,450"),
        (0.5, "0.5"),
        (True, "yes"),
        (["a", 1], "“a”, 1"),
        ([], "an empty list"),
        ({"a": [1]}, '{"a": [1]}'),
        ([["a"]], '[["a"]]'),
        (None, "not known"),
        ("", "empty text"),
        ("0001-01-01T00:00:00.000000Z", "“0001-01-01T00:00:00.000000Z”"),
        ("2026-11-21T12:00:00.000000Z", "21 Nov 2026, 13:00:00"),
        ("2026-11-45T12:00:00.000000Z", "“2026-11-45T12:00:00.000000Z”"),
    ],
)
def test_the_value_of_an_attribute_is_shown_as_people_read_it(value: Any, shown: str) -> None:
    assert find_evidence(attribute("x", "exists"), person(attributes={"x": value})) == [("x", shown)]


def test_a_value_without_end_is_cut() -> None:
    ((_, shown),) = find_evidence(attribute("x", "exists"), person(attributes={"x": "a" * 5000}))

    assert len(shown) < 210


def test_a_profile_field_is_called_by_its_plain_name() -> None:
    root = {"type": "profile", "field": "last_seen_at", "operator": "within_last", "value": {"days": 1}}

    assert find_evidence(root, person(profile={"last_seen_at": NOW})) == [
        ("Last visit", "21 Nov 2026, 13:00:00")
    ]


def test_devices_are_named_those_that_ended_only_where_they_matter() -> None:
    phone = DeviceFacts("mobile", "iOS", "Safari", NOW - DAY, None)
    laptop = DeviceFacts("desktop", "", "", NOW - 2 * DAY, NOW - HOUR)
    facts = person(devices=(laptop, phone))
    device = {"type": "device", "field": "os", "operator": "equals", "value": "iOS"}
    channel = {"type": "channel", "channel": "web_push", "state": "subscribed"}
    named = ("Safari on iOS (mobile)", "subscribed since 20 Nov 2026, 13:00:00")

    assert find_evidence(device, facts) == [named]
    assert find_evidence(channel, facts) == [
        named,
        (
            "Browser on a device (desktop)",
            "subscribed 19 Nov 2026, 13:00:00, ended 21 Nov 2026, 12:00:00",
        ),
    ]
    assert find_evidence(channel, person()) == [("Devices", "none")]


def test_the_distance_is_told_in_the_rules_own_unit_the_nearest_place_first() -> None:
    spots = [
        {"lat": 0, "lon": 2, "name": "Far store"},
        {"lat": 0, "lon": 1, "name": "Near store"},
    ]
    facts = person(latitude=0.0, longitude=0.0)

    miles = find_evidence({"type": "location", "near": spots, "radius": {"miles": 25}}, facts)
    km = find_evidence({"type": "location", "near": spots[1], "radius": {"km": 25}}, facts)

    assert miles == [
        ("Where they are", "0, 0"),
        ("To Near store", "69.09 miles"),
        ("To Far store", "138.19 miles"),
    ]
    assert km[1] == ("To Near store", "111.20 km")
    assert find_evidence({"type": "location", "near": spots, "radius": {"km": 1}}, person()) == [
        ("Where they are", "not known")
    ]


def test_a_segment_tells_since_when_they_are_in_it() -> None:
    root = {"type": "segment", "segment": 7}

    inside = find_evidence(root, person(segments=frozenset({7})), entered_at={7: NOW})

    assert inside == [("Member of “Regulars”", "since 21 Nov 2026, 13:00:00")]
    assert find_evidence(root, person()) == [("Member of “Regulars”", "no")]


def test_a_share_tells_where_in_it_they_are() -> None:
    root = {"type": "bucket", "salt": "test", "from": 0, "to": 5000}

    ((label, value),) = find_evidence(root, person(uuid="0e8a0b6c-0000-4000-8000-000000000000"))

    assert label == "Their place in “test”"
    assert explain(root, person(uuid="0e8a0b6c-0000-4000-8000-000000000000")).holds == (
        float(value.removesuffix(" %")) < 50
    )


@pytest.mark.parametrize(
    ("own", "clock"),
    [
        ("Asia/Kathmandu", "Saturday 17:45 (Asia/Kathmandu)"),
        ("", "Saturday 13:00 (Europe/Berlin, the site’s: theirs is not known)"),
    ],
)
def test_a_clock_tells_what_it_shows_and_whose_it_is(own: str, clock: str) -> None:
    root = {"type": "local_time", "between": ["09:00", "17:00"]}

    assert find_evidence(root, person(profile={"timezone": own})) == [("Their clock", clock)]


# --- What they did --------------------------------------------------------------


def test_the_events_counted_are_named_the_newest_first_and_at_most_five() -> None:
    evidence = find_evidence(
        event(within={"last": {"days": 30}}), person(events=bought(6, 5, 4, 3, 2, 1, 40))
    )

    assert evidence[0] == ("Counted", "“purchase”: 6 times")
    assert evidence[1] == ("Not counted", "“purchase”: once, at another time or with other details")
    assert evidence[2] == ("20 Nov 2026, 13:00:00", "“purchase”")
    assert len(evidence) == 2 + 5


def test_the_details_that_were_asked_for_are_shown() -> None:
    root = event(where=[{"property": "price", "operator": "greater_than", "value": 5}])

    evidence = find_evidence(root, person(events=bought(1, price=9.5, note="x")))

    assert evidence[1:] == [("20 Nov 2026, 13:00:00", "price 9.5")]


def test_an_event_that_lies_ahead_of_the_moment_asked_about_is_not_there_yet() -> None:
    explanation = explain(event(), person(events=bought(1)), as_of=NOW - 2 * DAY)

    assert (explanation.holds, [each.value for each in explanation.evidence]) == (
        False,
        ["“purchase”: never"],
    )


FORGOTTEN = {"purchase": ForgottenEvents(3, NOW - 400 * DAY, NOW - 300 * DAY)}
THREE = "“purchase”: 3 times, the first on 17 Oct 2025, 14:00:00"


def test_how_many_of_the_counted_are_no_longer_kept_is_said() -> None:
    evidence = find_evidence(event(), person(events=bought(1), forgotten=FORGOTTEN))

    assert evidence[:2] == [("Counted", "“purchase”: 4 times"), ("Counted, no longer kept", THREE)]


@pytest.mark.parametrize(
    "root",
    [
        event(within={"last": {"days": 900}}),
        event(where=[{"property": "price", "operator": "exists"}]),
        {"type": "event_sequence", "steps": [{"event": "purchase"}, {"event": "purchase", "absent": True}]},
        {"type": "event_repeat", "event": "purchase", "property": "price", "count": {"operator": "at_least", "value": 2}},
        {"type": "event_aggregate", "event": "purchase", "function": "sum", "property": "price", "operator": "exists"},
    ],
)  # fmt: skip
def test_what_is_too_old_to_be_looked_at_is_said_once(root: JSON) -> None:
    evidence = find_evidence(root, person(events=bought(1, price=5), forgotten=FORGOTTEN))

    assert evidence.count(("Not counted, no longer kept", THREE)) == 1
    assert not any(label == "Counted, no longer kept" for label, _ in evidence)


@pytest.mark.parametrize(
    ("occurrence", "words"), [("first", "17 Oct 2025, 14:00:00"), ("last", "25 Jan 2026, 13:00:00")]
)
def test_a_first_or_last_time_that_is_no_longer_kept_is_told(occurrence: str, words: str) -> None:
    root = {"type": "event_recency", "event": "purchase", "occurrence": occurrence, "operator": "exists"}

    assert find_evidence(root, person(forgotten=FORGOTTEN)) == [
        (f"{occurrence.capitalize()} “purchase”", words),
        ("No longer kept", THREE),
    ]


def test_page_views_show_their_addresses_and_messages_their_campaigns() -> None:
    page = {"type": "page_view", "url": {"operator": "contains", "value": "sale"}}
    message = {"type": "message", "activity": "clicked", "campaign": 3}
    viewed = bought(1, name="$page_view", url="https://shop.example/sale")
    clicked = bought(1, name="$push_clicked", campaign=3, campaign_name="Spring sale")

    assert find_evidence(page, person(events=viewed)) == [
        ("Counted", "page view: once"),
        ("20 Nov 2026, 13:00:00", "address “https://shop.example/sale”"),
    ]
    assert find_evidence(message, person(events=clicked))[1] == (
        "20 Nov 2026, 13:00:00",
        "campaign “Spring sale”",
    )


def test_a_total_is_told_with_the_events_it_is_made_of() -> None:
    root = {
        "type": "event_aggregate", "event": "purchase", "function": "average", "property": "price",
        "operator": "at_least", "value": 5,
    }  # fmt: skip
    facts = person(events=(*bought(2, price=4), *bought(1, price=7)))

    assert find_evidence(root, facts) == [
        ("Average of price", "5.5"),
        ("Counted", "“purchase”: 2 times"),
        ("20 Nov 2026, 13:00:00", "price 7"),
        ("19 Nov 2026, 13:00:00", "price 4"),
    ]
    assert find_evidence(root, person())[0] == ("Average of price", "not known")
    assert find_evidence({**root, "function": "sum"}, person())[0] == ("Total of price", "0")


def test_each_value_that_a_path_leads_to_is_told() -> None:
    items = [{"sku": "a", "price": 4}, {"sku": "b", "price": 3}, {"price": 0}]
    root = {
        "type": "event_aggregate", "event": "purchase", "function": "sum", "property": "items[].price",
        "operator": "at_least", "value": 5, "where": [{"property": "items[].sku", "operator": "equals", "value": "a"}],
    }  # fmt: skip

    assert find_evidence(root, person(events=bought(1, items=items)))[0::2] == [
        ("Total of items[].price", "7"),
        ("20 Nov 2026, 13:00:00", "items[].price 4, 3, 0, items[].sku “a”, “b”"),
    ]
    homes = person(attributes={"homes": [{"city": "Ulm"}, {"city": "Bonn"}]})
    assert find_evidence(attribute("homes[].city", "exists"), homes) == [("homes[].city", "“Ulm”, “Bonn”")]


def test_the_first_time_is_told_or_that_there_was_none() -> None:
    root = {
        "type": "event_recency", "event": "purchase", "occurrence": "first", "operator": "within_last",
        "value": {"days": 9},
    }  # fmt: skip

    assert find_evidence(root, person(events=bought(1, 3))) == [("First “purchase”", "18 Nov 2026, 13:00:00")]
    assert find_evidence(root, person()) == [("First “purchase”", "never")]


def test_each_step_of_a_sequence_tells_when_it_happened() -> None:
    root = {
        "type": "event_sequence",
        "steps": [{"event": "add_to_cart"}, {"event": "purchase", "absent": True}],
        "within": {"last": {"days": 2}},
    }
    facts = person(events=(*bought(1, name="add_to_cart"), *bought(9, 8, 7, 6, 5, 4)))

    evidence = find_evidence(root, facts)

    assert evidence[0] == ("1. “add_to_cart”", "once: 20 Nov 2026, 13:00:00")
    assert evidence[1][0] == "2. not “purchase”"
    assert evidence[1][1].startswith("6 times, the newest: 17 Nov 2026, 13:00:00; ")


def test_what_was_repeated_is_told_the_most_frequent_value_first() -> None:
    root = {
        "type": "event_repeat", "event": "view", "property": "sku", "count": {"operator": "at_least", "value": 2},
    }  # fmt: skip
    seen = (*bought(1, name="view", sku="b"), *bought(2, 3, name="view", sku="a"))

    assert find_evidence(root, person(events=seen)) == [("sku “a”", "2 times"), ("sku “b”", "once")]
    assert find_evidence(root, person()) == [("sku", "none")]
