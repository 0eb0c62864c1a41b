"""The standard segments S1 to S12: each as a rule for Carillon and as SQL for DuckDB, in the better of its shapes."""

from typing import Any, NamedTuple

from bench.segments.generator import AS_OF

Node = dict[str, Any]


class Standard(NamedTuple):
    key: str
    says: str
    root: Node
    duck: str


def group(match: str, *conditions: Node, **more: Any) -> Node:
    return {"type": "group", "match": match, "conditions": list(conditions), **more}


def did(event: str, *, times: int = 1, **more: Any) -> Node:
    return {"type": "event", "event": event, "count": {"operator": "at_least", "value": times}, **more}


def did_not(event: str, **more: Any) -> Node:
    return {"type": "event", "event": event, "count": {"operator": "at_most", "value": 0}, **more}


def last(**length: int) -> Node:
    return {"last": length}


def worth_more_than(value: int) -> Node:
    return {"type": "attribute", "key": "lifetime_value", "operator": "greater_than", "value": value}


STORE = {"lat": 25.0, "lon": -120.0}

GOLD_AND_RICH = group(
    "all",
    {"type": "attribute", "key": "loyalty_tier", "operator": "equals", "value": "gold"},
    worth_more_than(1000),
)
BIG_BUYERS = {
    "type": "event_aggregate", "event": "purchase", "function": "sum", "property": "value",
    "operator": "greater_than", "value": 500, "within": last(days=90),
}  # fmt: skip
AMERICANS = group(
    "all",
    {"type": "profile", "field": "country", "operator": "equals", "value": "US"},
    {"type": "device", "field": "kind", "operator": "equals", "value": "mobile"},
    {"type": "profile", "field": "language", "operator": "equals", "value": "en"},
)

SINCE = f"occurred_at > TIMESTAMPTZ '{AS_OF.isoformat()}' - INTERVAL"


def _who(name: str, span: str = "", more: str = "") -> str:
    """Ids of those who did something, for the semi-joins and anti-joins in which DuckDB is at its best."""
    since = f" AND {SINCE} {span}" if span else ""
    return f"SELECT subscriber_id FROM events WHERE name = '{name}'{since} {more}"


COUNT = "SELECT count(*) FROM subscribers AS s WHERE"
GOLD_SQL = "loyalty_tier = 'gold' AND lifetime_value > 1000"
BUYERS_SQL = f"s.id IN ({_who('purchase', '90 DAY', 'GROUP BY 1 HAVING sum(value) > 500')})"
MOBILE_SQL = "s.id IN (SELECT subscriber_id FROM devices WHERE kind = 'mobile')"
AMERICANS_SQL = f"country = 'US' AND language = 'en' AND {MOBILE_SQL}"
NEAR_SQL = (
    "latitude BETWEEN 24.6 AND 25.4 AND 2 * 6371.0088 * asin(sqrt(power(sin(radians(25 - latitude) / 2), 2)"
    " + cos(radians(latitude)) * cos(radians(25)) * power(sin(radians(-120 - longitude) / 2), 2))) <= 25 * 1.609344"
)
TWICE = "AND category = 'category-7' GROUP BY 1 HAVING count(*) >= 2"
STEPS = ("add_to_cart", "purchase", "searched", "wishlist_added", "$push_clicked")
CART_OR_BOUGHT = (
    "SELECT subscriber_id, max(occurred_at) FILTER (WHERE name = 'add_to_cart') AS cart,"
    " max(occurred_at) FILTER (WHERE name = 'purchase') AS bought"
    f" FROM events WHERE name IN ('add_to_cart', 'purchase') AND {SINCE} 1 DAY GROUP BY 1"
)
OFTEN = "GROUP BY 1 HAVING count(*) >= 5"

STANDARD = (
    Standard("S1", "gold and worth more than 1,000", GOLD_AND_RICH, f"{COUNT} {GOLD_SQL}"),
    Standard(
        "S2", "cart in 24 hours, no purchase in 24 hours",
        group("all", did("add_to_cart", within=last(hours=24)), did_not("purchase", within=last(hours=24))),
        f"SELECT count(*) FROM ({CART_OR_BOUGHT} HAVING cart IS NOT NULL AND bought IS NULL)",
    ),
    Standard(
        "S2s", "cart in 24 hours, then no purchase",
        {"type": "event_sequence", "steps": [{"event": "add_to_cart"}, {"event": "purchase", "absent": True}], "within": last(hours=24)},
        f"SELECT count(*) FROM ({CART_OR_BOUGHT} HAVING cart IS NOT NULL AND (bought IS NULL OR bought <= cart))",
    ),
    Standard(
        "S3", "within 25 miles and 5 visits in 14 days",
        group(
            "all",
            {"type": "location", "near": STORE, "radius": {"miles": 25}},
            did("$session_start", times=5, within=last(days=14)),
        ),
        f"SELECT count(*) FROM ({_who('$session_start', '14 DAY', f'AND subscriber_id IN (SELECT id FROM subscribers WHERE {NEAR_SQL}) {OFTEN}')})",
    ),
    Standard(
        "S4", "worth more than 500 and no visit in 45 days",
        group("all", worth_more_than(500), did_not("$session_start", within=last(days=45))),
        f"{COUNT} lifetime_value > 500 AND s.id NOT IN ({_who('$session_start', '45 DAY')})",
    ),
    Standard(
        "S5", "purchases worth more than 500 in 90 days", BIG_BUYERS,
        f"SELECT count(*) FROM ({_who('purchase', '90 DAY', 'GROUP BY 1 HAVING sum(value) > 500')})",
    ),
    Standard(
        "S6", "the same product three times in 5 days",
        {"type": "event_repeat", "event": "product_viewed", "property": "product_id", "count": {"operator": "at_least", "value": 3}, "within": last(days=5)},
        f"SELECT count(DISTINCT subscriber_id) FROM ({_who('product_viewed', '5 DAY', 'GROUP BY subscriber_id, product_id HAVING count(*) >= 3')})",
    ),
    Standard(
        "S7", "a category twice in 7 days and a purchase in 30",
        group(
            "all",
            did("product_viewed", times=2, within=last(days=7), where=[{"property": "category", "operator": "equals", "value": "category-7"}]),
            did("purchase", within=last(days=30)),
        ),
        f"{COUNT} s.id IN ({_who('product_viewed', '7 DAY', TWICE)}) AND s.id IN ({_who('purchase', '30 DAY')})",
    ),
    Standard(
        "S8", "a page like /sale/ in 30 days",
        {"type": "page_view", "url": {"operator": "contains", "value": "/sale/"}, "within": last(days=30)},
        f"SELECT count(DISTINCT subscriber_id) FROM events WHERE name = '$page_view' AND {SINCE} 30 DAY AND url LIKE '%/sale/%'",
    ),
    Standard("S9", "country, device and language", AMERICANS, f"{COUNT} {AMERICANS_SQL}"),
    Standard(
        "S10", "at least 3 of 5 things ever",
        group("at_least", *[did(name) for name in STEPS], n=3),
        f"SELECT count(*) FROM (SELECT subscriber_id FROM events WHERE name IN {STEPS} GROUP BY 1 HAVING count(DISTINCT name) >= 3)",
    ),
    Standard(
        "S11", "no click in 60 days but a visit in 7",
        group("all", did_not("$push_clicked", within=last(days=60)), did("$session_start", within=last(days=7))),
        f"{COUNT} s.id IN ({_who('$session_start', '7 DAY')}) AND s.id NOT IN ({_who('$push_clicked', '60 DAY')})",
    ),
    Standard(
        "S12", "(S1 or S5) and not S9",
        group("all", group("any", GOLD_AND_RICH, BIG_BUYERS), group("none", AMERICANS)),
        f"{COUNT} (({GOLD_SQL}) OR {BUYERS_SQL}) AND NOT ({AMERICANS_SQL})",
    ),
)  # fmt: skip
