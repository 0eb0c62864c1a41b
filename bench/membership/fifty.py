"""Fifty live segments: the 13 standard ones, and variations of each with other values."""

from bench.segments.standard import (
    AMERICANS,
    STANDARD,
    Node,
    did,
    did_not,
    group,
    last,
    worth_more_than,
)

FIFTY = 50
TIERS = ("gold", "silver", "bronze")
COUNTRIES = ("DE", "GB", "FR", "BR")
STEPS = ("add_to_cart", "purchase", "searched", "wishlist_added", "signed_up", "reviewed")


def list_segments() -> dict[str, Node]:
    """By name, each root; the variation of a standard segment is called like S5/2."""
    found = {each.key: each.root for each in STANDARD}
    for number in (1, 2, 3):
        found |= {f"{key}/{number}": root for key, root in _vary(number).items()}
    return dict(list(found.items())[:FIFTY])


def _vary(number: int) -> dict[str, Node]:
    hours, days = 12 * number, 7 * number
    tier, country = TIERS[number - 1], COUNTRIES[number - 1]
    buyers = _buyers(200 * number, 30 * number)
    people = group("all", _is("country", country), _is("language", "en"))
    return {
        "S1": group("all", _has_tier(tier), worth_more_than(300 * number)),
        "S2": group("all", did("add_to_cart", within=last(hours=hours)), did_not("purchase", within=last(hours=hours))),
        "S2s": {
            "type": "event_sequence",
            "steps": [{"event": "product_viewed"}, {"event": "add_to_cart", "absent": True}],
            "within": last(hours=hours),
        },
        "S3": group("all", _near(25 + number, 10 * number), did("$session_start", times=2 + number, within=last(days=days))),
        "S4": group("all", worth_more_than(400 * number), did_not("$session_start", within=last(days=15 * number))),
        "S5": buyers,
        "S6": {
            "type": "event_repeat", "event": "product_viewed", "property": "product_id",
            "count": {"operator": "at_least", "value": 1 + number}, "within": last(days=2 + number),
        },
        "S7": group(
            "all",
            did("product_viewed", times=2, within=last(days=days), where=[_in_category(7 + number)]),
            did("purchase", within=last(days=10 * number)),
        ),
        "S8": {"type": "page_view", "url": {"operator": "contains", "value": f"/sale/{number}"}, "within": last(days=10 * number)},
        "S9": people,
        "S10": group("at_least", *[did(name) for name in STEPS[: 3 + number]], n=1 + number),
        "S11": group("all", did_not("purchase", within=last(days=20 * number)), did("$session_start", within=last(days=2 + number))),
        "S12": group("all", group("any", _has_tier(tier), buyers), group("none", AMERICANS)),
    }  # fmt: skip


def _buyers(more_than: int, days: int) -> Node:
    return {
        "type": "event_aggregate", "event": "purchase", "function": "sum", "property": "value",
        "operator": "greater_than", "value": more_than, "within": last(days=days),
    }  # fmt: skip


def _has_tier(tier: str) -> Node:
    return {"type": "attribute", "key": "loyalty_tier", "operator": "equals", "value": tier}


def _is(field: str, value: str) -> Node:
    return {"type": "profile", "field": field, "operator": "equals", "value": value}


def _near(latitude: int, miles: int) -> Node:
    return {"type": "location", "near": {"lat": latitude, "lon": -120.0}, "radius": {"miles": miles}}


def _in_category(number: int) -> Node:
    return {"property": "category", "operator": "equals", "value": f"category-{number}"}
