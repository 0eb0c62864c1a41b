"""The segments that the demo shop's marketers made."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from demo.cities import STORES
from segments.building import build_members
from segments.models import Segment
from subscribers.models import Site, SubscriberChange

Node = dict[str, Any]

A_DAY = dt.timedelta(days=1)


class Sketch(NamedTuple):
    """A segment before it is saved."""

    name: str
    description: str
    root: Node


def _last(**length: int) -> Node:
    return {"last": length}


def _join(match: str, *conditions: Node) -> Node:
    return {"type": "group", "match": match, "conditions": list(conditions)}


def _attribute(key: str, operator: str, value: str | int) -> Node:
    return {"type": "attribute", "key": key, "operator": operator, "value": value}


def _did(event: str, within: Node, at_least: int = 1) -> Node:
    return {
        "type": "event",
        "event": event,
        "count": {"operator": "at_least", "value": at_least},
        "within": within,
    }


def _did_not(event: str, within: Node) -> Node:
    return {"type": "event", "event": event, "count": {"operator": "at_most", "value": 0}, "within": within}


def _near(store: str, miles: int) -> Node:
    latitude, longitude = STORES[store]
    return {
        "type": "location",
        "near": {"lat": latitude, "lon": longitude, "name": store},
        "radius": {"miles": miles},
    }


VIPS = Sketch(
    "VIP customers",
    "Gold members who have spent more than $1,000 with us. First in line for launches and early access.",
    _join(
        "all",
        _attribute("loyalty_tier", "equals", "gold"),
        _attribute("lifetime_value", "greater_than", 1000),
    ),
)
CART_ABANDONERS = Sketch(
    "Cart abandoners",
    "Put something into the cart in the last day and did not buy. Remind them while it is fresh.",
    _join("all", _did("add_to_cart", _last(hours=24)), _did_not("purchase", _last(hours=24))),
)
ACTIVE = Sketch(
    "Active this month",
    "Visited at least once in the last 30 days.",
    _did("$session_start", _last(days=30)),
)
RECENT_BUYERS = Sketch(
    "Bought this week",
    "Ordered in the last 7 days. Leave them out of discounts on what they just paid for.",
    _did("purchase", _last(days=7)),
)
SPENDERS_TO_WIN_BACK = Sketch(
    "Win back big spenders",
    "Spent more than $500 with us, but have not been here for 45 days.",
    _join(
        "all", _attribute("lifetime_value", "greater_than", 500), _did_not("$session_start", _last(days=45))
    ),
)
SKETCHES = (
    VIPS,
    CART_ABANDONERS,
    Sketch(
        "Near the Berlin store and loyal",
        "Live within 25 miles of the Berlin store and came to the web shop 5 times or more in two weeks. "
        "For invitations to events in the store.",
        _join("all", _near("Berlin store", 25), _did("$session_start", _last(days=14), at_least=5)),
    ),
    SPENDERS_TO_WIN_BACK,
    Sketch(
        "Have not visited recently",
        "No page seen in 30 days.",
        {
            "type": "page_view",
            "count": {"operator": "at_most", "value": 0},
            "within": _last(days=30),
        },
    ),
    Sketch(
        "New this week",
        "First seen in the last 7 days. For the welcome message.",
        {"type": "profile", "field": "created_at", "operator": "within_last", "value": {"days": 7}},
    ),
    Sketch(
        "Sale browsers",
        "Looked at the sale in the last two weeks.",
        {
            "type": "page_view",
            "url": {"operator": "contains", "value": "/sale/"},
            "within": _last(days=14),
        },
    ),
    Sketch(
        "Mobile owners",
        "Can be reached on a phone. Keep titles short.",
        {"type": "device", "field": "kind", "operator": "equals", "value": "mobile"},
    ),
    ACTIVE,
    RECENT_BUYERS,
)


def create_segments(site: Site) -> dict[str, Segment]:
    """Save the segments, by name, each after those that it is built on. They have no members yet."""
    segments = {sketch.name: _create(site, sketch) for sketch in SKETCHES}
    nested = Sketch(
        "Gold or platinum cart abandoners",
        "Our best customers with something left in the cart. Worth a personal word.",
        _join(
            "all",
            {"type": "segment", "segment": segments[CART_ABANDONERS.name].pk, "member": True},
            _join(
                "any",
                _attribute("loyalty_tier", "equals", "gold"),
                _attribute("loyalty_tier", "equals", "platinum"),
            ),
        ),
    )
    return segments | {nested.name: _create(site, nested)}


def build_segments(segments: dict[str, Segment], *, since: dt.datetime, until: dt.datetime) -> None:
    """As if they had been followed all the while: built once for each day, so that there is something to look back on."""
    rows = Segment.objects.filter(pk__in=[segment.pk for segment in segments.values()])
    rows.filter(created_at__gt=since).update(created_at=since)
    for day in range((until - since) // A_DAY + 1):
        for segment in segments.values():
            build_members(segment, as_of=since + day * A_DAY)
    # Whatever was noted meanwhile is in them: they were built after it.
    SubscriberChange.objects.filter(site__in=rows.values("site")).delete()
    for segment in segments.values():
        segment.refresh_from_db()


def _create(site: Site, sketch: Sketch) -> Segment:
    return Segment.objects.create(
        site=site, name=sketch.name, description=sketch.description, rule={"version": 1, "root": sketch.root}
    )
