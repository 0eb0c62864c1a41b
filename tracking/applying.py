"""What each operation does to whom: a batch of one site's envelopes, in the order in which they arrived."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from subscribers.attribute_times import forget_removed, keep_newer
from subscribers.attribute_values import is_same
from subscribers.changes import DEVICE, note_changes
from subscribers.conversion import follow_widening
from subscribers.definitions import Definitions, hold_definitions
from subscribers.identities import Name, find_or_create_subscribers
from subscribers.merging import identify_subscriber
from subscribers.models import Identity, Site, Subscriber
from subscribers.profiles import (
    LAST_SEEN,
    assign_attributes,
    assign_context,
    find_changed_topics,
    read_topics,
    save_profiles,
    save_stamps,
    save_visits,
)
from subscribers.registrations import Devices, EndReason, Offer
from tracking.log import NewEvent, move_events, record_events
from tracking.operations import (
    PAGE_VIEW,
    SUBSCRIBED,
    UNSUBSCRIBED,
    AttributesOperation,
    Envelope,
    EventOperation,
    IdentifyOperation,
    Operation,
    PageOperation,
    SubscribeOperation,
    UnsubscribeOperation,
)
from tracking.replays import make_key, remember_operations

# Doors count names that are known; what waits in the inbox may hold more new ones than there is room for.
NAMES_UNDER_WAY = 1000


class Arrival(NamedTuple):
    envelope: Envelope
    received_at: dt.datetime

    @property
    def sender(self) -> Name:
        return self.envelope.kind, self.envelope.value

    def tell_time(self, operation: Operation) -> dt.datetime:
        """When it happened: nothing is later than its arrival, whatever a clock says."""
        return min(operation.at or self.received_at, self.received_at)

    def is_proven(self, operation: IdentifyOperation) -> bool:
        """Whether the visitor is whom this names: what a backend says, and what the door has seen a proof of."""
        return self.envelope.source == "api" or operation.proven

    @property
    def browser_uuid(self) -> uuid.UUID | None:
        """Set if the request came out of a browser itself: what a backend says is about the whole person."""
        return uuid.UUID(self.envelope.value) if self.envelope.source == "sdk" else None


def apply_arrivals(site: Site, arrivals: Sequence[Arrival], *, now: dt.datetime) -> int:
    """Apply what was not applied before, in the caller's transaction; return how many events that recorded."""
    keys = [
        [make_key(site.pk, *arrival.sender, operation.id) for operation in arrival.envelope.operations]
        for arrival in arrivals
    ]
    fresh = remember_operations((key for theirs in keys for key in theirs), now=now)
    remaining: list[tuple[Arrival, list[Operation]]] = []
    for arrival, theirs in zip(arrivals, keys, strict=True):
        operations = []
        for key, operation in zip(theirs, arrival.envelope.operations, strict=True):
            if key in fresh:
                fresh.remove(key)
                operations.append(operation)
        if operations:
            remaining.append((arrival, operations))
    return _Batch(site, [arrival for arrival, _ in remaining], now).apply(remaining)


class _Batch:
    """Holds the locked subscribers of a batch, and gathers what is written for all of them together.

    Only an `identify` cannot be gathered: what came before it is written first.
    """

    def __init__(self, site: Site, arrivals: Sequence[Arrival], now: dt.datetime) -> None:
        self.site = site
        # What is noted here has happened by then, whichever machine's clock is ahead.
        self.now = max([now, *(arrival.received_at for arrival in arrivals)])
        sources = {arrival.sender: arrival.envelope.source for arrival in arrivals}
        self.people = find_or_create_subscribers(site=site, names=sources, now=now) if sources else {}
        self.definitions = Definitions(site.pk)
        self.changed: dict[int, Subscriber] = {}
        self.before: dict[int, dict[str, Any]] = {}
        self.stamped: set[int] = set()
        self.devices = Devices(site.pk)
        self.raw_before: dict[int, dict[str, Any]] = {}
        self.events: list[NewEvent] = []
        self.recorded = 0

    def apply(self, work: Sequence[tuple[Arrival, Sequence[Operation]]]) -> int:
        self._load_devices(work)
        self._learn_definitions(work)
        for arrival, operations in work:
            self._see(arrival)
            for operation in operations:
                self._apply_operation(arrival, operation)
        self._write()
        follow_widening(self.site, self.definitions, now=self.now)
        return self.recorded

    def _load_devices(self, work: Sequence[tuple[Arrival, Sequence[Operation]]]) -> None:
        """Of all about whose devices something is said, together."""
        people: set[int] = set()
        endpoints: set[str] = set()
        for arrival, operations in work:
            for operation in operations:
                if isinstance(operation, SubscribeOperation | UnsubscribeOperation):
                    people.add(self.people[arrival.sender].pk)
                if isinstance(operation, SubscribeOperation):
                    endpoints.add(operation.subscription.endpoint)
        self.devices.load(people, endpoints)

    def _learn_definitions(self, work: Sequence[tuple[Arrival, Sequence[Operation]]]) -> None:
        """All at once, before anything is set."""
        told: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
        for arrival, operations in work:
            sets = [each.set for each in operations if isinstance(each, AttributesOperation)]
            told[arrival.envelope.source != "sdk"] += sets
        if told[True] or told[False]:
            hold_definitions(self.site.pk)
            self.definitions.learn(told[True])  # first: what a backend uses, no browser made up
            self.definitions.learn(told[False], from_browsers=True)

    def _see(self, arrival: Arrival) -> None:
        """What a backend sends says nothing about when and where the person was seen."""
        if arrival.envelope.source == "sdk":
            person = self._change(arrival)
            assign_context(person, context=arrival.envelope.context, now=arrival.received_at)

    def _change(self, arrival: Arrival) -> Subscriber:
        person = self.people[arrival.sender]
        if person.pk not in self.changed:
            self.changed[person.pk] = person
            self.before[person.pk] = read_topics(person)
            self.raw_before[person.pk] = dict(person.raw_values)
        return person

    def _write(self) -> None:
        self._write_profiles()
        people = {person.pk: person for person in self.people.values()}
        self.recorded += record_events(
            self.site, self.events, received_at=self.now, people=people, spare_names=NAMES_UNDER_WAY
        )
        self.changed, self.before, self.events = {}, {}, []
        self.stamped.clear()

    def _write_profiles(self) -> None:
        topics: defaultdict[str, list[int]] = defaultdict(list)
        topics[DEVICE].extend(self.devices.write())
        told: list[Subscriber] = []
        stamped: list[Subscriber] = []
        seen: list[Subscriber] = []
        for pk, person in self.changed.items():
            found = find_changed_topics(self.before[pk], read_topics(person))
            for topic in found:
                topics[topic].append(pk)
            if found - {LAST_SEEN} or not is_same(self.raw_before[pk], person.raw_values):
                told.append(person)
            elif pk in self.stamped:
                stamped.append(person)
            elif found:
                seen.append(person)
        save_profiles(told)
        save_stamps(stamped)
        save_visits(seen)
        note_changes(self.site.pk, topics, now=self.now)

    def _apply_operation(self, arrival: Arrival, operation: Operation) -> None:
        if operation.created_at or operation.latitude is not None:
            self._note_record(arrival, operation)
        match operation:
            case EventOperation():
                self._add_event(arrival, operation, operation.name, operation.properties)
            case PageOperation():
                self._add_event(arrival, operation, PAGE_VIEW, _page_properties(operation))
            case AttributesOperation():
                self._assign(arrival, operation)
            case IdentifyOperation():
                self._identify(arrival, operation)
            case SubscribeOperation():
                self._subscribe(arrival, operation)
            case UnsubscribeOperation():
                self._unsubscribe(arrival, operation)

    def _note_record(self, arrival: Arrival, operation: Operation) -> None:
        """What a backend knows from its own records; nobody is younger than we have known them."""
        person = self._change(arrival)
        if operation.created_at:
            person.created_at = min(person.created_at, operation.created_at)
        if operation.latitude is not None:
            person.latitude, person.longitude = operation.latitude, operation.longitude

    def _assign(self, arrival: Arrival, operation: AttributesOperation) -> None:
        person = self._change(arrival)
        at = arrival.tell_time(operation)
        values, remove = keep_newer(person, self.definitions.follow(operation.set), operation.unset, at=at)
        if values or remove:
            assign_attributes(person, values=values, remove=remove, definitions=self.definitions)
            forget_removed(person)
            self.stamped.add(person.pk)

    def _add_event(
        self, arrival: Arrival, operation: Operation, name: str, properties: dict[str, Any]
    ) -> None:
        own = operation.id if isinstance(operation, EventOperation | PageOperation) else None
        self.events.append(
            NewEvent(
                id=own or uuid.uuid5(operation.id, name),
                subscriber_id=self.people[arrival.sender].pk,
                name=name,
                occurred_at=arrival.tell_time(operation),
                properties=properties,
                received_at=arrival.received_at,
                from_browser=arrival.envelope.source == "sdk",
            )
        )

    def _identify(self, arrival: Arrival, operation: IdentifyOperation) -> None:
        before = self.people[arrival.sender]
        if before.external_id == operation.external_id:
            return
        if not arrival.is_proven(operation):
            self._note_claim(arrival, operation)
            return
        self._write()
        after = identify_subscriber(
            before,
            external_id=operation.external_id,
            browser_uuid=uuid.UUID(arrival.envelope.value),
            now=arrival.received_at,
        )
        merged = before.merged_into_id == after.pk
        if merged:
            move_events(giver=before, taker=after)
        # Whoever else in this batch leads to one of the two must from now on find the same object.
        stale = {after.pk, before.pk} if merged else {after.pk}
        self.devices.forget({after.pk, before.pk})
        for name, person in self.people.items():
            if person.pk in stale:
                self.people[name] = after
        self.people[Identity.Kind.ANONYMOUS, arrival.envelope.value] = after
        self._see(arrival)

    def _note_claim(self, arrival: Arrival, operation: IdentifyOperation) -> None:
        """Who is somebody's customer already stays that one: a claim changes nothing about them either."""
        if not self.people[arrival.sender].external_id:
            self._change(arrival).claimed_id = operation.external_id

    def _subscribe(self, arrival: Arrival, operation: SubscribeOperation) -> None:
        given = operation.subscription
        offer = Offer(
            given.endpoint,
            given.keys.p256dh,
            given.keys.auth,
            user_agent=arrival.envelope.user_agent,
            browser_uuid=arrival.browser_uuid,
            kind=operation.device or "",
            os=operation.os or "",
            browser=operation.browser or "",
            created_at=operation.created_at,
        )
        device, begins = self.devices.register(self.people[arrival.sender].pk, offer, now=arrival.received_at)
        if begins:
            properties = {"browser": device.browser, "os": device.os, "kind": device.kind}
            self._add_event(arrival, operation, SUBSCRIBED, properties)

    def _unsubscribe(self, arrival: Arrival, operation: UnsubscribeOperation) -> None:
        ended = self.devices.end_all(
            self.people[arrival.sender].pk,
            reason=EndReason.UNSUBSCRIBED,
            now=arrival.received_at,
            browser_uuid=arrival.browser_uuid,
        )
        if ended:
            properties = {"reason": operation.reason} if operation.reason else {}
            self._add_event(arrival, operation, UNSUBSCRIBED, properties)


def _page_properties(operation: PageOperation) -> dict[str, Any]:
    try:
        path = urlsplit(operation.url).path
    except ValueError:
        path = ""
    properties = {"url": operation.url, "path": path, "title": operation.title}
    return properties | ({"referrer": operation.referrer} if operation.referrer else {})
