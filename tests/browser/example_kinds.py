"""The kinds of conditions beyond the first ones: nodes as they are saved, and how people build some of them."""

from dataclasses import dataclass
from typing import Any, Literal

from tests.browser.rule_builder_page import Condition

Node = dict[str, Any]
WHERE: list[Node] = [{"property": "category", "operator": "in", "values": ["shoes", "hats"]}]
SHAPES: list[Node] = [
    {
        "type": "event_aggregate",
        "event": "purchase",
        "function": "sum",
        "property": "value",
        "operator": "greater_than",
        "value": 500,
        "within": {"last": {"days": 90}},
    },
    {
        "type": "event_aggregate",
        "event": "purchase",
        "function": "distinct",
        "property": "category",
        "operator": "between",
        "values": [2, 4],
        "where": WHERE,
    },
    {
        "type": "event_aggregate",
        "event": "never_seen",
        "function": "average",
        "property": "weight",
        "operator": "in",
        "values": [1.5, 2],
    },
    {
        "type": "event_recency",
        "event": "purchase",
        "occurrence": "last",
        "operator": "more_than_ago",
        "value": {"days": 45},
    },
    {
        "type": "event_recency",
        "event": "purchase",
        "occurrence": "first",
        "operator": "between",
        "values": ["2026-11-01T08:00:00Z", "2026-11-02T08:00:30Z"],
    },
    {"type": "event_recency", "event": "purchase", "occurrence": "last", "operator": "not_exists"},
    {
        "type": "event_sequence",
        "steps": [{"event": "add_to_cart"}, {"event": "purchase", "absent": True}],
    },
    {
        "type": "event_sequence",
        "steps": [
            {"event": "product_viewed", "where": WHERE},
            {"event": "add_to_cart", "absent": False},
            {"event": "purchase", "where": [{"property": "value", "operator": "at_least", "value": 10}]},
        ],
        "gap": {"hours": 24},
        "within": {"calendar": "this_month"},
    },
    {
        "type": "event_repeat",
        "event": "product_viewed",
        "property": "product_id",
        "count": {"operator": "at_least", "value": 3},
        "within": {"last": {"days": 5}},
        "where": WHERE,
    },
    {"type": "bucket", "salt": "spring-test", "from": 0, "to": 1000},
    {"type": "bucket", "salt": "ein Drittel", "from": 3333, "to": 6667},
    {"type": "local_time", "between": ["22:00", "06:30"]},
    {"type": "local_time", "weekdays": ["sunday", "monday"]},
    {"type": "local_time", "between": ["09:00", "17:00"], "weekdays": ["saturday"]},
    {"type": "location", "near": {"lat": 52.52, "lon": 13.405}, "radius": {"km": 5}},
    {
        "type": "location",
        "near": [{"lat": 1.5, "lon": -2.5, "name": "Old shop"}],
        "radius": {"miles": 5},
    },
    {
        "type": "location",
        "near": [
            {"name": "Berlin store", "lat": 52.52, "lon": 13.405},
            {"name": "Vienna store", "lat": 48.2, "lon": 16.4},
            {"lat": 0, "lon": 0},
        ],
        "radius": {"km": 2.5},
    },
    {
        "type": "location",
        "polygon": [{"lat": 52.55, "lon": 13.3}, {"lat": 52.55, "lon": 13.5}, {"lat": -0.25, "lon": 13}],
    },
    {"type": "attribute", "key": "birthday", "operator": "anniversary_within", "value": {"days": 7}},
    {"type": "profile", "field": "created_at", "operator": "anniversary_within", "value": {"days": 1}},
]


@dataclass(frozen=True)
class BuiltCondition:
    """What is built, which way, the node that this is, and how many of the population are in it, if that is sure."""

    way: Literal["mouse", "keyboard"]
    condition: Condition
    node: Node
    count: int | None = None


def in_the_last(amount: str, unit: str) -> dict[str, str]:
    return {"When": "in the last", "When: how long": amount, "When: unit": unit}


BUILT = {
    "a total": BuiltCondition(
        "keyboard",
        Condition(
            "Event totals",
            {
                "Event": "purchase",
                "What to work out": "total of",
                "Detail": "Value",
                "Result: comparison": "is greater than",
                "Result": "500",
                **in_the_last("90", "days"),
                "+ Only where…": None,
                "Event detail": "Category",
                "Category: comparison": "is one of",
                "Category: add one": ["shoes", "hats"],
            },
        ),
        {**SHAPES[0], "where": WHERE},
        1,
    ),
    "a last time": BuiltCondition(
        "keyboard",
        Condition(
            "First or last time",
            {
                "Which time": "the last time of",
                "Event": "purchase",
                "Time: comparison": "is longer ago than",
                "Time: how long": "45",
                "Time: unit": "days",
            },
        ),
        {
            "type": "event_recency",
            "event": "purchase",
            "occurrence": "last",
            "operator": "more_than_ago",
            "value": {"days": 45},
        },
        1,
    ),
    "a sequence": BuiltCondition(
        "keyboard",
        Condition(
            "Sequence",
            {
                "Event": "product viewed",
                "Event (2)": "add to cart",
                "+ Then…": None,
                "Did or did not (3)": "did not do",
                "Event (3)": "purchase",
                "Time between the steps": "from one step to the next at most",
                "Between the steps: how long": "2",
                "Between the steps: unit": "days",
                **in_the_last("2", "weeks"),
            },
        ),
        {
            "type": "event_sequence",
            "steps": [
                {"event": "product_viewed"},
                {"event": "add_to_cart"},
                {"event": "purchase", "absent": True},
            ],
            "gap": {"days": 2},
            "within": {"last": {"weeks": 2}},
        },
        1,
    ),
    "a repetition": BuiltCondition(
        "keyboard",
        Condition(
            "Same thing",
            {
                "Event": "product viewed",
                "The same": "Product id",
                "Times": "3",
                **in_the_last("5", "days"),
            },
        ),
        {
            "type": "event_repeat",
            "event": "product_viewed",
            "property": "product_id",
            "count": {"operator": "at_least", "value": 3},
            "within": {"last": {"days": 5}},
        },
        1,
    ),
    "a share": BuiltCondition(
        "keyboard",
        Condition(
            "A stable random share",
            {
                "Share, from (percent)": "12.5",
                "Share, to (percent)": "62.5",
                "Name of the draw": "spring-test",
            },
        ),
        {"type": "bucket", "salt": "spring-test", "from": 1250, "to": 6250},
    ),
    "hours and days": BuiltCondition(
        "keyboard",
        Condition(
            "Their local time",
            {"Hours, from": "0900AM", "Hours, to": "1130AM", "Monday": None, "Saturday": None},
        ),
        {"type": "local_time", "between": ["09:00", "11:30"], "weekdays": ["monday", "saturday"]},
    ),
    "an area": BuiltCondition(
        "keyboard",
        Condition(
            "Location",
            {
                "Where": "are inside an area",
                "Corners of the area": "52.6, 13.2\n52.6, 13.6\n52.4, 13.4",
            },
        ),
        {
            "type": "location",
            "polygon": [{"lat": 52.6, "lon": 13.2}, {"lat": 52.6, "lon": 13.6}, {"lat": 52.4, "lon": 13.4}],
        },
        1,
    ),
    "two places": BuiltCondition(
        "mouse",
        Condition(
            "Location",
            {
                "Distance": "10",
                "Unit of distance": "km",
                "Place": "Vienna store",
                "+ Or near…": None,
                "Place (2)": "a point on the map",
                "Latitude": "1.5",
                "Longitude": "-2.5",
            },
        ),
        {
            "type": "location",
            "near": [{"name": "Vienna store", "lat": 48.2, "lon": 16.4}, {"lat": 1.5, "lon": -2.5}],
            "radius": {"km": 10},
        },
        1,
    ),
    "any place": BuiltCondition(
        "mouse",
        Condition("Location", {"Distance": "10", "Place": "any of the site's 2 places"}),
        {
            "type": "location",
            "near": [
                {"name": "Berlin store", "lat": 52.52, "lon": 13.405},
                {"name": "Vienna store", "lat": 48.2, "lon": 16.4},
            ],
            "radius": {"miles": 10},
        },
        2,
    ),
    "an anniversary": BuiltCondition(
        "mouse",
        Condition(
            "Attribute",
            {
                "Attribute": "birthday",
                "birthday: comparison": "has its anniversary within the next",
                "birthday: how long": "7",
                "birthday: unit": "days",
            },
        ),
        {"type": "attribute", "key": "birthday", "operator": "anniversary_within", "value": {"days": 7}},
        1,
    ),
}
