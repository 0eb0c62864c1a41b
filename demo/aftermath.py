"""What people of the demo shop did after a push: some of them bought something, a few took notifications back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from random import Random
from uuid import UUID

from campaigns.models import Delivery
from demo.products import PRODUCTS
from demo.profiles import TIERS
from subscribers.changes import name_attribute, note_changes
from subscribers.models import PushSubscription, Subscriber
from tracking.log import NewEvent

Status = Delivery.Status

BUYS = {Status.CLICKED: 0.4, Status.DISPLAYED: 0.09}  # of those, besides what they would have bought anyway
LEAVES = 0.006  # of those who saw it


def follow_up(delivery: Delivery, random: Random) -> Iterator[NewEvent]:
    """What follows from one delivery, each received when it happened."""
    seen_at = delivery.clicked_at or delivery.displayed_at
    if seen_at is None:
        return
    if random.random() < BUYS[Status(delivery.status)]:
        yield _buy(delivery, random, seen_at + dt.timedelta(minutes=random.uniform(3, 600)))
    elif random.random() < LEAVES:
        yield _leave(delivery, random, seen_at + dt.timedelta(minutes=random.uniform(0.2, 5)))


def _buy(delivery: Delivery, random: Random, at: dt.datetime) -> NewEvent:
    cart = random.sample(PRODUCTS, random.choice((1, 1, 1, 2)))
    value = round(float(sum(product.asking_price for product in cart)), 2)
    properties = {
        "value": value,
        "items": len(cart),
        "order_id": f"R-{at:%y%m%d%H%M}-{delivery.subscriber_id:05}",
    }
    _pay(delivery, value, at)
    return _make_event(delivery, "purchase", random, at, properties)


def _pay(delivery: Delivery, value: float, at: dt.datetime) -> None:
    """What they spent counts towards what they ever paid, and so towards their tier."""
    person = Subscriber.objects.get(pk=delivery.subscriber_id)
    spent = round(person.attributes.get("lifetime_value", 0) + value, 2)
    person.attributes["lifetime_value"] = spent
    if "loyalty_tier" in person.attributes:
        person.attributes["loyalty_tier"] = next(tier for least, tier in TIERS if spent >= least)
    person.save(update_fields=["attributes"])
    topics = [name_attribute("lifetime_value"), name_attribute("loyalty_tier")]
    note_changes(person.site_id, {key: [person.pk] for key in topics}, now=at)


def _leave(delivery: Delivery, random: Random, at: dt.datetime) -> NewEvent:
    devices = PushSubscription.objects.active().filter(subscriber=delivery.subscriber_id)
    devices.update(ended_at=at, end_reason=PushSubscription.EndReason.UNSUBSCRIBED)
    return _make_event(delivery, "$unsubscribed", random, at, {})


def _make_event(
    delivery: Delivery, name: str, random: Random, at: dt.datetime, properties: dict[str, object]
) -> NewEvent:
    id_ = UUID(int=random.getrandbits(128), version=4)
    return NewEvent(id_, delivery.subscriber_id, name, at, properties, received_at=at)
