"""The sentence that a marketer checks a rule by."""

from typing import Any

import pytest

from segments.rules import Names, describe_rule
from tests.segments.rules.documents import attribute, event, group, read

NAMES = Names(segments={7: "Big spenders"}, campaigns={3: "Spring sale"})
WEEK = {"last": {"days": 7}}
TOTAL = {"type": "event_aggregate", "event": "purchase", "property": "price"}
NEVER = {"operator": "at_most", "value": 0}


def say(root: Any) -> str:
    return describe_rule(read(root), NAMES)


@pytest.mark.parametrize(
    ("root", "sentence"),
    [
        pytest.param(group("all"), "Every subscriber.", id="everyone"),
        pytest.param(group("none"), "Every subscriber.", id="none-of-nothing"),
        pytest.param(group("any"), "Subscribers that nobody can be (no condition is given).", id="nobody"),
        pytest.param(
            group("all", attribute("tier", "equals", "gold"), attribute("ltv", "greater_than", 1000)),
            "Subscribers whose tier equals “gold” and whose ltv is greater than 1,000.",
            id="all",
        ),
        pytest.param(
            group("any", attribute("vip", "is_true"), group("all", attribute("a", "exists"), event())),
            "Subscribers whose vip is yes or (whose a is known and who did “purchase”).",
            id="nested",
        ),
        pytest.param(
            group("none", attribute("vip", "is_true"), event()),
            "Subscribers for whom none of this is true: whose vip is yes; who did “purchase”.",
            id="none",
        ),
        pytest.param(
            attribute("size", "in", values=[38, 39]), "Subscribers whose size is 38 or 39.", id="in"
        ),
        pytest.param(
            attribute("size", "between", values=[38, 40.5]),
            "Subscribers whose size is between 38 and 40.5.",
            id="between",
        ),
        pytest.param(
            attribute("tags", "includes_all", values=["new", "hot", 3]),
            "Subscribers whose tags includes all of “new”, “hot” and 3.",
            id="includes-all",
        ),
        pytest.param(
            group("any", attribute("a_b", "exists"), attribute("b", "exists"), attribute("c", "exists")),
            "Subscribers whose a b is known, whose b is known or whose c is known.",
            id="three-of-them",
        ),
        pytest.param(
            group("all", event(), group("at_least", attribute("vip", "is_true"), event(), n=1)),
            "Subscribers who did “purchase” and for whom at least 1 of these 2 is true: "
            "(whose vip is yes; who did “purchase”).",
            id="at-least-one-inside",
        ),
        pytest.param(
            attribute("due", "before", "2026-11-21T10:00:00+01:00"),
            "Subscribers whose due is before 21 November 2026 09:00 UTC.",
            id="moment",
        ),
        pytest.param(
            attribute("due", "within_next", {"days": 1}),
            "Subscribers whose due is within the next 1 day.",
            id="one-day",
        ),
        pytest.param(
            {"type": "profile", "field": "country", "operator": "in", "values": ["DE", "at", "XX"]},
            "Subscribers whose country is Germany, Austria or “XX”.",
            id="countries-by-name",
        ),
        pytest.param(
            {"type": "channel", "channel": "web_push", "state": "subscribed", "within": WEEK},
            "Subscribers who subscribed to push notifications in the last 7 days.",
            id="subscribed-lately",
        ),
        pytest.param(
            event(count=NEVER, within=WEEK),
            "Subscribers who did not do “purchase” in the last 7 days.",
            id="did-not",
        ),
        pytest.param(
            event("$session_start", count={"operator": "equals", "value": 1}),
            "Subscribers who visited the site exactly once.",
            id="once",
        ),
        pytest.param(
            event(count={"operator": "less_than", "value": 3}),
            "Subscribers who did “purchase” at most twice.",
            id="less-than",
        ),
        pytest.param(
            event(within={"between_ago": [{"weeks": 2}, {"weeks": 1}]}),
            "Subscribers who did “purchase” between 2 weeks and 1 week ago.",
            id="between-ago",
        ),
        pytest.param(
            event("$push_sent", count=NEVER, within={"between_ago": [{"days": 9}, {"days": 2}]}),
            "Subscribers who were not sent a notification between 9 and 2 days ago.",
            id="reserved-between-ago",
        ),
        pytest.param(
            event(where=[{"property": "unit_price", "operator": "at_least", "value": 5}]),
            "Subscribers who did “purchase” where unit price is at least 5.",
            id="where",
        ),
        pytest.param(
            event(within={"calendar": "this_month"}), "Subscribers who did “purchase” this month.", id="month"
        ),
        pytest.param(
            {"type": "page_view", "url": {"operator": "contains", "value": "/sale|/a*b|red+hat"}},
            "Subscribers who viewed a page whose address contains “/sale”, “/a*b” or both “red” and “hat”.",
            id="pattern",
        ),
        pytest.param(
            attribute("size", "contains", "c\\+\\+|x\\|y"),
            "Subscribers whose size contains “c++” or “x|y”.",
            id="pattern-with-literal-signs",
        ),
        pytest.param(
            {"type": "message", "activity": "clicked", "campaign": 3, "count": NEVER},
            "Subscribers who did not click a message of the campaign “Spring sale”.",
            id="message",
        ),
        pytest.param(
            {"type": "message", "activity": "sent", "campaign": 4},
            "Subscribers who were sent a message of the campaign “number 4”.",
            id="campaign-without-a-name",
        ),
        pytest.param(
            {"type": "segment", "segment": 7, "member": False},
            "Subscribers who are not in the segment “Big spenders”.",
            id="segment",
        ),
        pytest.param(
            {"type": "device", "field": "os", "operator": "not_equals", "value": "iOS"},
            "Subscribers without a device whose system equals “iOS”.",
            id="no-such-device",
        ),
        pytest.param(
            {"type": "device", "field": "kind", "operator": "in", "values": ["Mobile", "tablet"]},
            "Subscribers with a mobile or tablet device.",
            id="kinds-of-device",
        ),
        pytest.param(
            {"type": "device", "field": "kind", "operator": "not_equals", "value": "watch"},
            "Subscribers without a device whose kind equals “watch”.",
            id="unknown-kind-of-device",
        ),
        pytest.param(
            {
                "type": "location",
                "near": [{"lat": 1, "lon": 2.5}, {"lat": 0, "lon": 0, "name": "the store"}],
                "radius": {"km": 5},
            },
            "Subscribers who are within 5 km of 1, 2.5 or the store.",
            id="location",
        ),
        pytest.param(
            {"type": "location", "polygon": [{"lat": 0, "lon": 0}] * 3},
            "Subscribers who are inside an area with 3 corners.",
            id="outline",
        ),
        pytest.param(
            {**TOTAL, "function": "average", "operator": "between", "values": [1, 2000.5]},
            "Subscribers whose average price over all “purchase” events is between 1 and 2,000.5.",
            id="average",
        ),
        pytest.param(
            {**TOTAL, "function": "distinct", "operator": "not_equals", "value": 1, "within": WEEK},
            "Subscribers whose number of different values of price over all “purchase” events in the last 7 days does not equal 1.",
            id="different-values",
        ),
        pytest.param(
            {"type": "event_recency", "event": "$page_view", "occurrence": "first", "operator": "exists"},
            "Subscribers whose first page view is known.",
            id="first-time",
        ),
        pytest.param(
            {"type": "event_sequence", "steps": [{"event": "a", "absent": True}, {"event": "$page_view"}]},
            "Subscribers who did not do “a”, then viewed a page.",
            id="sequence",
        ),
        pytest.param(
            {
                "type": "event_sequence",
                "steps": [{"event": "$session_start"}, {"event": "buy_it", "absent": True}],
                "gap": {"hours": 1},
                "within": WEEK,
            },
            "Subscribers who visited the site, then did not do “buy it”, "
            "each no more than 1 hour after the one before, in the last 7 days.",
            id="sequence-with-gap",
        ),
        pytest.param(
            {
                "type": "event_repeat",
                "event": "view",
                "property": "item",
                "count": {"operator": "at_least", "value": 2},
                "where": [{"property": "sale", "operator": "is_true"}],
            },
            "Subscribers who did “view” with the same item where sale is yes at least twice.",
            id="repeat",
        ),
        pytest.param(
            {"type": "bucket", "salt": "test", "from": 1, "to": 3_350},
            "Subscribers in the random share from 0.01 % to 33.5 % of “test”.",
            id="share",
        ),
        pytest.param(
            {"type": "local_time", "weekdays": ["saturday", "sunday"]},
            "Subscribers whose own clock now is on Saturday or Sunday.",
            id="weekdays",
        ),
        pytest.param(
            {"type": "local_time", "between": ["22:00", "06:00"]},
            "Subscribers whose own clock now shows 22:00 to 06:00.",
            id="overnight",
        ),
        pytest.param(
            attribute("birthday", "anniversary_within", {"days": 7}),
            "Subscribers whose birthday has its anniversary within the next 7 days.",
            id="anniversary",
        ),
        pytest.param(
            attribute("{x}", "equals", "{x} {0}"), "Subscribers whose {x} equals “{x} {0}”.", id="braces-stay"
        ),
    ],
)
def test_a_rule_reads_as_a_sentence(root: Any, sentence: str) -> None:
    assert say(root) == sentence
