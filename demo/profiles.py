"""The demo's people as rows: what the shop knows about each, and the devices that reach them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from demo.history import DAYS, Happening
from demo.people import Person, make_random
from pushservice.devices import Device
from subscribers.attribute_values import write_instant
from subscribers.models import Attribute, Identity, PushSubscription, Site, Subscriber

DEFINITIONS = (
    ("loyalty_tier", Attribute.Type.TEXT, "bronze, silver, gold or platinum; for customers with an account"),
    ("lifetime_value", Attribute.Type.NUMBER, "All they ever paid, in US dollars"),
    ("last_category", Attribute.Type.TEXT, "The shelf of the product they looked at last"),
    ("first_name", Attribute.Type.TEXT, "For greetings; for customers with an account"),
    ("newsletter", Attribute.Type.BOOLEAN, "Whether they asked for the e-mail newsletter"),
    ("favourite_brands", Attribute.Type.LIST, "Chosen in their account"),
    ("member_since", Attribute.Type.TIME, "When they opened their account"),
)
TIERS = ((2000, "platinum"), (450, "gold"), (150, "silver"), (0, "bronze"))  # from how many dollars


class Character(NamedTuple):
    """Somebody of the demo with what they did; `subscriber` is their row."""

    person: Person
    history: list[Happening]
    subscriber: Subscriber


def define_attributes(site: Site) -> None:
    Attribute.objects.bulk_create(
        Attribute(site=site, key=key, type=type_, description=description)
        for key, type_, description in DEFINITIONS
    )


def make_subscriber(
    site: Site, person: Person, history: Sequence[Happening], *, now: dt.datetime
) -> Subscriber:
    return Subscriber(
        site=site,
        uuid=person.uuid,
        external_id=person.external_id,
        email=person.email,
        country=person.area.country,
        region=person.area.region,
        city=person.town.name,
        latitude=person.latitude,
        longitude=person.longitude,
        timezone=person.timezone,
        language=person.area.language,
        source="sdk",
        attributes=make_attributes(person, history),
        created_at=person.joined_at,
        last_seen_at=_find_last_seen(person, history, now),
    )


def make_attributes(person: Person, history: Sequence[Happening]) -> dict[str, Any]:
    """The attributes that agree with what somebody did. What is not known about them is not there."""
    spent = sum(each.properties["value"] for each in history if each.name == "purchase")
    viewed = [each.properties["category"] for each in history if each.name == "product_viewed"]
    lifetime_value = round(person.past_spending + spent, 2)
    attributes: dict[str, Any] = {}
    if lifetime_value or person.is_customer:
        attributes["lifetime_value"] = lifetime_value
    if viewed or person.past_spending:
        attributes["last_category"] = viewed[-1] if viewed else person.favourite
    if person.is_customer:
        attributes |= {
            "loyalty_tier": next(tier for least, tier in TIERS if lifetime_value >= least),
            "first_name": person.first_name,
            "newsletter": person.newsletter,
            "favourite_brands": person.brands,
            "member_since": write_instant(person.joined_at),
        }
    return attributes


def make_identities(character: Character) -> Iterator[Identity]:
    subscriber = character.subscriber
    names = (
        (Identity.Kind.ANONYMOUS, str(subscriber.uuid)),
        (Identity.Kind.EXTERNAL, subscriber.external_id),
    )
    for kind, value in names:
        if value:
            yield Identity(site=subscriber.site, kind=kind, value=value, subscriber=subscriber)


def make_devices(character: Character, *, push_origin: str) -> Iterator[PushSubscription]:
    """Their push subscriptions at the loopback push service, some of which they have ended since."""
    person, _, subscriber = character
    if person.channel == "never":
        return
    random = make_random(person.number, "devices")
    ended_at = None
    if person.channel == "unsubscribed":
        ended_at = person.joined_at + (subscriber.last_seen_at - person.joined_at) * random.random()
    for number, (kind, os, browser) in enumerate(person.setups):
        device = Device.create(origin=push_origin, prefix="demo", random=random).subscription
        yield PushSubscription(
            subscriber=subscriber,
            endpoint=device["endpoint"],
            **device["keys"],
            kind=kind,
            os=os,
            browser=browser,
            browser_uuid=None if number else person.uuid,
            created_at=person.joined_at,
            last_seen_at=ended_at or subscriber.last_seen_at,
            ended_at=ended_at,
            end_reason=PushSubscription.EndReason.UNSUBSCRIBED if ended_at else "",
        )


def _find_last_seen(person: Person, history: Sequence[Happening], now: dt.datetime) -> dt.datetime:
    """Their last event; for somebody without any, some time before the days of which the log tells."""
    if history:
        return history[-1].at
    latest = min(person.left_at or now, now - dt.timedelta(days=DAYS))
    return max(person.joined_at, latest)
