"""What the tests of live membership share: rules, built segments, and who is in them."""

import datetime as dt
from typing import Any

from segments.building import build_members
from segments.models import Membership, MembershipChange, Segment
from subscribers.models import Site
from tests.factories import NOW, make_segment

JSON = dict[str, Any]
LATER = NOW + dt.timedelta(hours=1)
SECOND = dt.timedelta(seconds=1)


def rule_of(root: JSON) -> JSON:
    return {"version": 1, "root": root}


def has_attribute(key: str, value: str) -> JSON:
    return rule_of({"type": "attribute", "key": key, "operator": "equals", "value": value})


def lives_in(country: str) -> JSON:
    return rule_of({"type": "profile", "field": "country", "operator": "equals", "value": country})


def did(event: str, **values: Any) -> JSON:
    return rule_of({"type": "event", "event": event, **values})


def is_in(segment: Segment, *, member: bool = True) -> JSON:
    return rule_of({"type": "segment", "segment": segment.pk, "member": member})


def negate(rule: JSON) -> JSON:
    return rule_of({"type": "group", "match": "none", "conditions": [rule["root"]]})


GOLD = has_attribute("tier", "gold")
GERMANS = lives_in("DE")
BUYERS = did("purchase")
CART_TODAY = did("add_to_cart", within={"last": {"hours": 24}})
SUBSCRIBED = rule_of({"type": "channel", "channel": "web_push", "state": "subscribed"})


def make_built(site: Site, rule: JSON | None = None, *, as_of: dt.datetime = NOW, **values: Any) -> Segment:
    """A live segment whose members are those that its rule gives at `as_of`."""
    segment = make_segment(site, rule, **values)
    build_members(segment, as_of=as_of)
    segment.refresh_from_db()
    return segment


def members(segment: Segment) -> set[int]:
    """The rows; the segment, read anew, must count as many."""
    found = set(Membership.objects.filter(segment=segment).values_list("subscriber_id", flat=True))
    segment.refresh_from_db()
    assert segment.member_count == len(found)
    return found


def changes(segment: Segment) -> list[tuple[int, str, str, dt.datetime]]:
    """Who moved, how, why and when, in that order of time."""
    rows = MembershipChange.objects.filter(segment=segment).order_by("changed_at", "subscriber_id")
    return list(rows.values_list("subscriber_id", "kind", "cause", "changed_at"))
