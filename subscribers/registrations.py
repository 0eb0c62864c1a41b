"""Devices of many people at once, in memory until they are written: a few statements, however many there are."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple

from django.db import connection

from subscribers.arrays import write_array, write_texts
from subscribers.devices import parse_user_agent
from subscribers.models import PushSubscription

EndReason = PushSubscription.EndReason
# The first end stands, also one that a push service told us of meanwhile.
END = """
UPDATE subscribers_pushsubscription AS device SET ended_at = ended.at, end_reason = ended.reason
FROM unnest(%s::bigint[], %s::uuid[], %s::timestamptz[], %s::text[]) AS ended (subscriber_id, id, at, reason)
WHERE device.subscriber_id = ended.subscriber_id AND device.id = ended.id AND device.ended_at IS NULL
"""
KEY = ("pk", "id", "subscriber", "endpoint")
RENEWED = [field.name for field in PushSubscription._meta.concrete_fields if field.name not in KEY]


class Offer(NamedTuple):
    """What a browser hands over when it subscribes, and what is known of the device: by its User-Agent, or told."""

    endpoint: str
    p256dh: str
    auth: str
    user_agent: str = ""
    browser_uuid: uuid.UUID | None = None
    kind: str = ""
    os: str = ""
    browser: str = ""
    created_at: dt.datetime | None = None


class Registration(NamedTuple):
    """`begins` if the device could not be reached before: it is new, or had ended."""

    device: PushSubscription
    begins: bool


class Devices:
    """Those of some of a site's people. The caller holds the locks of whoever's devices are registered or ended."""

    def __init__(self, site_id: int) -> None:
        self.site_id = site_id
        self.concerned: set[int] = set()
        self._of_person: defaultdict[int, dict[str, PushSubscription]] = defaultdict(dict)
        self._holders: defaultdict[str, set[int]] = defaultdict(set)
        self._people: set[int] = set()
        self._endpoints: set[str] = set()
        self._registered: dict[tuple[int, str], PushSubscription] = {}
        self._ended: dict[tuple[int, str], PushSubscription] = {}

    def load(self, people: Iterable[int], endpoints: Iterable[str]) -> None:
        """All devices of these people, and whoever else can be reached at these endpoints; what is there stays."""
        new_people, new_endpoints = set(people) - self._people, set(endpoints) - self._endpoints
        if new_people:
            self._add(PushSubscription.objects.filter(subscriber__in=new_people))
        if new_endpoints:
            active = PushSubscription.objects.active().filter(subscriber__site=self.site_id)
            self._add(active.filter(endpoint__in=new_endpoints))
        self._people |= new_people
        self._endpoints |= new_endpoints

    def forget(self, people: Iterable[int]) -> None:
        """What was written and has changed since, elsewhere: it is loaded anew when it is asked for."""
        for person in people:
            for endpoint in self._of_person.pop(person, {}):
                self._holders[endpoint].discard(person)
                self._endpoints.discard(endpoint)
            self._people.discard(person)

    def register(self, person: int, offer: Offer, *, now: dt.datetime) -> Registration:
        """This device can be pushed to.

        An endpoint is one person's at a time and a browser has one endpoint at a time: others are ended as replaced.
        But whoever merely knows somebody's endpoint cannot take it away: only the device itself knows its keys as well.
        """
        self.load([person], [offer.endpoint])
        if offer.browser_uuid and self._is_contested(person, offer):
            return self._turn_away(person, offer, now)
        for other in self._holders[offer.endpoint] - {person}:
            self._end(other, offer.endpoint, EndReason.REPLACED, now)
        mine = self._of_person[person]
        for device in list(mine.values()) if offer.browser_uuid else []:
            if device.browser_uuid == offer.browser_uuid and device.endpoint != offer.endpoint:
                self._end(person, device.endpoint, EndReason.REPLACED, now)
        device = mine.get(offer.endpoint) or PushSubscription(
            subscriber_id=person, endpoint=offer.endpoint, ended_at=now
        )
        begins = device.ended_at is not None
        if begins:
            device.created_at = min(offer.created_at or now, now)
            device.refusals = 0
        _renew(device, offer, now)
        self._add([device])
        self._registered[person, offer.endpoint] = device
        self._ended.pop((person, offer.endpoint), None)
        self.concerned.add(person)
        return Registration(device, begins)

    def _is_contested(self, person: int, offer: Offer) -> bool:
        """The endpoint is in somebody else's hands now, and neither their device nor one that was this person's before
        has the keys that are offered."""
        others = [
            self._of_person[other][offer.endpoint] for other in self._holders[offer.endpoint] - {person}
        ]
        mine = self._of_person[person].get(offer.endpoint)
        if mine is not None and mine.end_reason != EndReason.CONTESTED and _is_same(mine, offer):
            return False
        return any(other.ended_at is None and not _is_same(other, offer) for other in others)

    def _turn_away(self, person: int, offer: Offer, now: dt.datetime) -> Registration:
        """Nothing is sent there for this person; that it was tried can be seen."""
        device = self._of_person[person].get(offer.endpoint) or PushSubscription(
            subscriber_id=person, endpoint=offer.endpoint, created_at=now
        )
        _renew(device, offer, now)
        device.ended_at, device.end_reason = now, EndReason.CONTESTED
        self._add([device])
        self._registered[person, offer.endpoint] = device
        return Registration(device, begins=False)

    def end_all(
        self, person: int, *, reason: EndReason, now: dt.datetime, browser_uuid: uuid.UUID | None = None
    ) -> int:
        """End all of somebody's devices, or only those of one browser (and those of whose browser we do not know)."""
        self.load([person], [])
        theirs = [
            device.endpoint
            for device in self._of_person[person].values()
            if device.ended_at is None and (not browser_uuid or device.browser_uuid in {browser_uuid, None})
        ]
        for endpoint in theirs:
            self._end(person, endpoint, reason, now)
        self.concerned.add(person)
        return len(theirs)

    def write(self) -> set[int]:
        """Returns whose devices that concerns; the caller notes it."""
        self._write_ends(
            [device for key, device in sorted(self._ended.items()) if key not in self._registered]
        )
        PushSubscription.objects.bulk_create(
            [device for _, device in sorted(self._registered.items())],
            update_conflicts=True,
            unique_fields=["subscriber", "endpoint"],
            update_fields=RENEWED,
            batch_size=500,
        )
        concerned, self.concerned = self.concerned, set()
        self._registered, self._ended = {}, {}
        return concerned

    def _add(self, devices: Iterable[PushSubscription]) -> None:
        """What is in hand already is newer than what is read."""
        for device in devices:
            self._of_person[device.subscriber_id].setdefault(device.endpoint, device)
            self._holders[device.endpoint].add(device.subscriber_id)

    def _end(self, person: int, endpoint: str, reason: EndReason, now: dt.datetime) -> None:
        device = self._of_person[person][endpoint]
        if device.ended_at is None:
            device.ended_at, device.end_reason = now, reason
            self._ended[person, endpoint] = device
            self.concerned.add(person)

    def _write_ends(self, devices: Collection[PushSubscription]) -> None:
        if devices:
            columns = [
                write_array(getattr(device, name) for device in devices)
                for name in ("subscriber_id", "id", "ended_at")
            ]
            with connection.cursor() as cursor:
                cursor.execute(END, [*columns, write_texts(str(device.end_reason) for device in devices)])


def _is_same(device: PushSubscription, offer: Offer) -> bool:
    """Keys are a device's own for as long as its endpoint is (W3C Push API); padding is of no meaning."""
    pairs = ((device.p256dh, offer.p256dh), (device.auth, offer.auth))
    return all(one.rstrip("=") == other.rstrip("=") for one, other in pairs)


def _renew(device: PushSubscription, offer: Offer, now: dt.datetime) -> None:
    device.p256dh, device.auth = offer.p256dh, offer.auth
    device.last_seen_at, device.ended_at, device.end_reason = now, None, ""
    device.browser_uuid = offer.browser_uuid or device.browser_uuid
    if offer.user_agent:
        device.kind, device.os, device.browser = parse_user_agent(offer.user_agent)
    device.kind = offer.kind or device.kind
    device.os = offer.os or device.os
    device.browser = offer.browser or device.browser
