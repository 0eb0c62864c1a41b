"""The segments that everybody asks for, as they are built in the admin and as rules."""

from dataclasses import dataclass
from typing import Any

from tests.browser.rule_builder_page import Condition, Group

LAST_DAY = {"last": {"hours": 24}}
IN_24_HOURS: dict[str, str | list[str]] = {
    "When": "in the last",
    "When: how long": "24",
    "When: unit": "hours",
}


@dataclass(frozen=True)
class Example:
    """What is built, the rule that this is, and how many of the population are in it."""

    group: Group
    root: dict[str, Any]
    count: int


def attribute(key: str, operator: str, value: Any) -> dict[str, Any]:
    return {"type": "attribute", "key": key, "operator": operator, "value": value}


def event(name: str, operator: str, value: int, window: Any) -> dict[str, Any]:
    return {
        "type": "event",
        "event": name,
        "count": {"operator": operator, "value": value},
        "within": window,
    }


def all_of(*conditions: dict[str, Any]) -> dict[str, Any]:
    return {"type": "group", "match": "all", "conditions": list(conditions)}


GOLD = Condition(
    "Attribute", {"Attribute": "loyalty tier", "loyalty tier: comparison": "equals", "loyalty tier": "gold"}
)


def lifetime_value_above(value: str) -> Condition:
    return Condition(
        "Attribute",
        {
            "Attribute": "lifetime value",
            "lifetime value: comparison": "is greater than",
            "lifetime value": value,
        },
    )


EXAMPLES = {
    "gold and valuable": Example(
        Group("all", [GOLD, lifetime_value_above("1000")]),
        all_of(
            attribute("loyalty_tier", "equals", "gold"), attribute("lifetime_value", "greater_than", 1000)
        ),
        1,
    ),
    "abandoned cart": Example(
        Group(
            "all",
            [
                Condition("Event", {"How often": "did", "Event": "add to cart", **IN_24_HOURS}),
                Condition("Event", {"How often": "did not do", "Event": "purchase", **IN_24_HOURS}),
            ],
        ),
        all_of(event("add_to_cart", "at_least", 1, LAST_DAY), event("purchase", "at_most", 0, LAST_DAY)),
        1,
    ),
    "visitors near the store": Example(
        Group(
            "all",
            [
                Condition(
                    "Location", {"Distance": "25", "Unit of distance": "miles", "Place": "Berlin store"}
                ),
                Condition(
                    "Event",
                    {
                        "How often": "did at least",
                        "Times": "5",
                        "Event": "Visited the site",
                        "When": "in the last",
                        "When: how long": "14",
                        "When: unit": "days",
                    },
                ),
            ],
        ),
        all_of(
            {
                "type": "location",
                "near": {"lat": 52.52, "lon": 13.405, "name": "Berlin store"},
                "radius": {"miles": 25},
            },
            event("$session_start", "at_least", 5, {"last": {"days": 14}}),
        ),
        1,
    ),
    "valuable and away": Example(
        Group(
            "all",
            [
                lifetime_value_above("500"),
                Condition(
                    "Event",
                    {
                        "How often": "did not do",
                        "Event": "Visited the site",
                        "When": "in the last",
                        "When: how long": "45",
                        "When: unit": "days",
                    },
                ),
            ],
        ),
        all_of(
            attribute("lifetime_value", "greater_than", 500),
            event("$session_start", "at_most", 0, {"last": {"days": 45}}),
        ),
        2,
    ),
    "nested": Example(
        Group(
            "at least",
            [
                GOLD,
                Condition(
                    "Profile",
                    {
                        "Profile field": "country",
                        "country: comparison": "is one of",
                        "country: add one": ["Germany", "Austria"],
                    },
                ),
                Group(
                    "none",
                    [
                        Condition("Event", {"How often": "did", "Event": "purchase"}),
                        Condition("Notifications", {"Notifications": "have unsubscribed from notifications"}),
                    ],
                ),
            ],
            n=2,
        ),
        {
            "type": "group",
            "match": "at_least",
            "n": 2,
            "conditions": [
                attribute("loyalty_tier", "equals", "gold"),
                {"type": "profile", "field": "country", "operator": "in", "values": ["DE", "AT"]},
                {
                    "type": "group",
                    "match": "none",
                    "conditions": [
                        {
                            "type": "event",
                            "event": "purchase",
                            "count": {"operator": "at_least", "value": 1},
                        },
                        {"type": "channel", "channel": "web_push", "state": "unsubscribed"},
                    ],
                },
            ],
        },
        4,
    ),
}
