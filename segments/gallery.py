"""The gallery: segments that most shops want, ready to be added and then edited."""

from typing import Any, NamedTuple

from subscribers.models import Place

Node = dict[str, Any]


class ReadyMade(NamedTuple):
    """One entry. With `miles`, they must also be that near to the site's first place."""

    key: str
    name: str
    description: str
    root: Node
    miles: int | None = None


def _all(*conditions: Node) -> Node:
    return {"type": "group", "match": "all", "conditions": list(conditions)}


def _last(**length: int) -> Node:
    return {"last": length}


def _ago(longer: int, shorter: int) -> Node:
    return {"between_ago": [{"days": longer}, {"days": shorter}]}


def _did(event: str, within: Node | None = None, times: int = 1) -> Node:
    node = {"type": "event", "event": event, "count": {"operator": "at_least", "value": times}}
    return node | ({"within": within} if within else {})


def _did_not(event: str, within: Node) -> Node:
    return {"type": "event", "event": event, "count": {"operator": "at_most", "value": 0}, "within": within}


def _repeated(event: str, property: str, times: int, within: Node) -> Node:  # noqa: A002  # the rule's own word
    count = {"operator": "at_least", "value": times}
    return {"type": "event_repeat", "event": event, "property": property, "count": count, "within": within}


CART_ABANDONED = (_did("add_to_cart", _last(hours=24)), _did_not("purchase", _last(hours=24)))

GALLERY: dict[str, tuple[ReadyMade, ...]] = {
    "About to buy": (
        ReadyMade(
            "cart_abandoners",
            "Cart abandoners",
            "Put something into the cart in the last day and did not buy. Remind them while it is fresh.",
            _all(*CART_ABANDONED),
        ),
        ReadyMade(
            "best_cart_abandoners",
            "Gold or platinum cart abandoners",
            "Your best customers with something left in the cart. Worth a personal word.",
            _all(
                *CART_ABANDONED,
                {
                    "type": "attribute",
                    "key": "loyalty_tier",
                    "operator": "in",
                    "values": ["gold", "platinum"],
                },
            ),
        ),
        ReadyMade(
            "browse_abandoners",
            "Browse abandoners",
            "Looked at products in the last three days and put nothing into the cart. Show them more of the kind.",
            _all(_did("product_viewed", _last(days=3)), _did_not("add_to_cart", _last(days=3))),
        ),
        ReadyMade(
            "product_in_mind",
            "Have one product in mind",
            "Looked at the same product three times in five days. A word about it may be all that is missing.",
            _repeated("product_viewed", "product_id", 3, _last(days=5)),
        ),
        ReadyMade(
            "category_fans",
            "Buyers with a category in mind",
            "Looked at the same category twice this week and bought in the last 30 days. Tell them what is new there.",
            _all(
                _repeated("product_viewed", "category", 2, {"calendar": "this_week"}),
                _did("purchase", _last(days=30)),
            ),
        ),
        ReadyMade(
            "bargain_hunters",
            "Bargain hunters",
            "Looked at pages of the sale twice or more in 30 days. Tell them first when prices fall.",
            {
                "type": "page_view",
                "url": {"operator": "contains", "value": "/sale|/clearance|/outlet"},
                "count": {"operator": "at_least", "value": 2},
                "within": _last(days=30),
            },
        ),
    ),
    "Your best customers": (
        ReadyMade(
            "vips",
            "VIPs by spend",
            "Orders worth 1,000 or more in a year. First in line for launches and early access.",
            {
                "type": "event_aggregate",
                "event": "purchase",
                "function": "sum",
                "property": "value",
                "operator": "at_least",
                "value": 1000,
                "within": _last(days=365),
            },
        ),
        ReadyMade(
            "power_users",
            "Power users",
            "Came ten times or more in 30 days. Ask them for a review, or to bring a friend.",
            _did("$session_start", _last(days=30), times=10),
        ),
        ReadyMade(
            "loyal_near_a_store",
            "Loyal visitors near a store",
            "Live near the store and came to the web shop five times in two weeks. For invitations and pick-up.",
            _all(_did("$session_start", _last(days=14), times=5)),
            miles=25,
        ),
    ),
    "New here": (
        ReadyMade(
            "new_customers",
            "New customers",
            "Bought for the first time in the last 14 days. Thank them, and help them to get started.",
            {
                "type": "event_recency",
                "event": "purchase",
                "occurrence": "first",
                "operator": "within_last",
                "value": {"days": 14},
            },
        ),
        ReadyMade(
            "activated",
            "Finished three of five first steps",
            "Did three of the five things that make somebody stay. Change the steps to those of your site.",
            {
                "type": "group",
                "match": "at_least",
                "n": 3,
                "conditions": [
                    _did("$subscribed"),
                    _did("$session_start", times=2),
                    _did("product_viewed"),
                    _did("add_to_cart"),
                    _did("purchase"),
                ],
            },
        ),
    ),
    "Drifting away": (
        ReadyMade(
            "spenders_to_win_back",
            "Win back big spenders",
            "Spent more than 500 with you, but have not been here for 45 days. Worth a real incentive.",
            _all(
                {"type": "attribute", "key": "lifetime_value", "operator": "greater_than", "value": 500},
                _did_not("$session_start", _last(days=45)),
            ),
        ),
        ReadyMade(
            "not_logged_in_recently",
            "Have not logged in recently",
            "No page seen in 30 days. Show them what they missed.",
            {
                "type": "page_view",
                "count": {"operator": "at_most", "value": 0},
                "within": _last(days=30),
            },
        ),
        ReadyMade(
            "lapsing_subscribers",
            "Lapsing subscribers",
            "Used to come, still take notifications, but have not been here for three weeks. Catch them in time.",
            _all(
                {"type": "channel", "channel": "web_push", "state": "subscribed"},
                _did("$session_start", _ago(63, 21), times=2),
                _did_not("$session_start", _last(days=21)),
            ),
        ),
        ReadyMade(
            "active_without_clicks",
            "Active, but click nothing",
            "Were here in the last 7 days and clicked no notification in 60. Send them fewer, or other ones.",
            _all(
                {
                    "type": "message",
                    "activity": "clicked",
                    "count": {"operator": "at_most", "value": 0},
                    "within": _last(days=60),
                },
                _did("$session_start", _last(days=7)),
            ),
        ),
    ),
    "Where they are and what they use": (
        ReadyMade(
            "regional",
            "In certain countries",
            "For regional offers, holidays and shipping rules. Change the countries to yours.",
            {"type": "profile", "field": "country", "operator": "in", "values": ["US", "CA"]},
        ),
        ReadyMade(
            "mobile_owners",
            "Mobile owners",
            "Can be reached on a phone. Keep titles short.",
            {"type": "device", "field": "kind", "operator": "equals", "value": "mobile"},
        ),
    ),
}


def find_ready_made(key: str) -> ReadyMade | None:
    return next((entry for entries in GALLERY.values() for entry in entries if entry.key == key), None)


def write_rule(entry: ReadyMade, place: Place | None) -> Node:
    """Its rule document. Where it needs a place and there is none, the builder will ask for it."""
    if entry.miles is None:
        return {"version": 1, "root": entry.root}
    near = {"near": _write_spot(place)} if place else {}
    location = {"type": "location", **near, "radius": {"miles": entry.miles}}
    return {"version": 1, "root": _all(location, *entry.root["conditions"])}


def write_example(entry: ReadyMade, place: Place | None) -> Node:
    """The same, complete in any case: to be said in words and compared with what the site has seen."""
    return write_rule(entry, place or Place(name="your store", latitude=0, longitude=0))


def _write_spot(place: Place) -> Node:
    return {"lat": place.latitude, "lon": place.longitude, "name": place.name}
