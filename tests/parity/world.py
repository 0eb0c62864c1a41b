"""A site at which random things happen, through the doors that they come in by; `random` makes them the same each time."""

import datetime as dt
import uuid
from random import Random
from typing import Any

from django.db import transaction

from subscribers.changes import ZONE, name_attribute, name_profile, note_changes, note_for_everyone
from subscribers.geolocation import NOWHERE, Location
from subscribers.identities import delete_subscribers
from subscribers.models import Attribute, Identity, Subscriber
from subscribers.profiles import Context
from tests.factories import make_attribute, make_site
from tests.parity import busy
from tests.parity.strategies import KEYS, PLACES
from tests.tracking import requests
from tracking.draining import drain_inbox
from tracking.ingestion import store_envelopes
from tracking.log import NewEvent, record_events
from tracking.models import Event
from tracking.operations import Envelope, Operation, parse_operation
from tracking.retention import forget_events

JSON = dict[str, Any]

BROWSERS, CUSTOMERS, ENDPOINTS = 30, 12, 20
TYPES = dict(zip(KEYS, ("text", "number", "boolean", "time", "list"), strict=True))
OTHER_TYPES = {"tier": "list", "value": "text", "vip": "text", "since": "text", "tags": "text"}
TICK = dt.timedelta(microseconds=1)
EDGES = [dt.timedelta(minutes=minutes) for minutes in (30, 60, 90, 120, 180, 300, 24 * 60, 48 * 60)]
LATE = [
    dt.timedelta(seconds=1),
    dt.timedelta(minutes=20),
    *(dt.timedelta(hours=hours) for hours in busy.HOURS),
]
USER_AGENTS = ("", requests.FIREFOX, "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1")


class World:
    """`now` is its clock; `journal` says what happened since somebody last emptied it."""

    def __init__(self, random: Random, *, begins_at: dt.datetime) -> None:
        self.random, self.now = random, begins_at
        self.site = make_site(timezone=random.choice(busy.ZONES))
        for key, type_ in TYPES.items():
            make_attribute(self.site, key, type_)
        self.browsers = [uuid.UUID(int=random.getrandbits(128), version=4) for _ in range(BROWSERS)]
        self.journal: list[str] = []

    def pass_time(self, length: dt.timedelta) -> None:
        self.now += length

    def happen(self) -> None:
        """One thing, most often a visit."""
        doings = [self.visit] * 12 + [self.report_messages, self.hear_from_backend, self.correct_profile]
        rare = [self.delete_somebody, self.change_type, self.move_site]
        self.random.choice(doings if self.random.random() < 0.93 else rare)()

    def look_back(self) -> None:
        """What happened in the weeks before, told all at once."""
        operations = [
            requests.event(
                name, properties=self._draw_properties(), at=(self.now - dt.timedelta(days=days)).isoformat()
            )
            for days in range(1, 21)
            for name in ("add_to_cart", "purchase")
        ]
        self._deliver([self._envelop([operation]) for operation in operations])

    def forget(self) -> None:
        self.note(f"the log is cut: {forget_events(now=self.now)}")

    def list_edges(self) -> list[dt.datetime]:
        """When what happened here is as long ago as windows are long, or just about."""
        happened = sorted(
            Event.objects.filter(event_type__site=self.site).values_list("occurred_at", flat=True)
        )
        ticks = (-TICK, dt.timedelta(0), TICK)
        return [at + length + by for at in happened for length in EDGES for by in ticks]

    def note(self, text: str) -> None:
        self.journal.append(f"{self.now:%d %H:%M:%S.%f}: {text}")

    def list_people(self) -> list[Subscriber]:
        return list(Subscriber.objects.living().filter(site=self.site).order_by("pk"))

    # Tracking

    def visit(self) -> None:
        """What browsers send, drained together."""
        envelopes = [self._draw_envelope() for _ in range(self.random.choice([1, 1, 2, 4]))]
        self._deliver(envelopes)

    def hear_from_backend(self) -> None:
        customer = f"u-{self.random.randrange(CUSTOMERS)}"
        operations = [self._draw_event(), self._draw_attributes()]
        self._deliver(
            [
                Envelope(
                    kind=Identity.Kind.EXTERNAL,
                    value=customer,
                    source="api",
                    operations=list(map(self._read, operations)),
                )
            ]
        )

    def _deliver(self, envelopes: list[Envelope]) -> None:
        for envelope in envelopes:
            self.note(
                f"{envelope.value[:8]} {[each.model_dump(exclude={'id'}) for each in envelope.operations]}"
            )
        store_envelopes(self.site, envelopes, now=self.now)
        self.pass_time(dt.timedelta(milliseconds=self.random.choice([0, 3, 40])))
        assert not drain_inbox(now=self.now).failed

    def _draw_envelope(self) -> Envelope:
        draw = [self._draw_event] * 6 + [self._draw_page] * 2 + [self._draw_attributes] * 3
        rarer = [self._draw_identify, self._draw_subscribe, self._draw_unsubscribe]
        return self._envelop([self.random.choice(draw + rarer)() for _ in range(self.random.randint(1, 4))])

    def _envelop(self, operations: list[JSON]) -> Envelope:
        lat, lon = self.random.choice(PLACES)
        place = Location("DE", "", "Berlin", lat, lon) if self.random.random() < 0.2 else NOWHERE
        zone = self.random.choice([*busy.ZONES, "", ""])
        return Envelope(
            kind=Identity.Kind.ANONYMOUS,
            value=str(self.random.choice(self.browsers)),
            source="sdk",
            context=Context(timezone=zone, language=self.random.choice(["", "de-DE"]), location=place),
            user_agent=self.random.choice(USER_AGENTS),
            operations=list(map(self._read, operations)),
        )

    def _read(self, document: JSON) -> Operation:
        return parse_operation({**document, "id": str(self._draw_uuid())})

    def _draw_uuid(self) -> uuid.UUID:
        return uuid.UUID(int=self.random.getrandbits(128), version=4)

    def _draw_time(self) -> dt.datetime:
        """On time, most often; late by hours or days; now and then by a clock that is fast."""
        if self.random.random() < 0.6:
            return self.now
        late = self.random.choice(LATE) + self.random.choice([-1, 0, 1]) * dt.timedelta(microseconds=1)
        return self.now - late if self.random.random() < 0.9 else self.now + late

    def _draw_at(self) -> JSON:
        return {"at": self._draw_time().isoformat()} if self.random.random() < 0.8 else {}

    def _draw_properties(self) -> JSON:
        random = self.random
        drawn = {
            "value": random.choice([-2, 0, 1, 5, 0.1, 1e15, "5", True]),
            "price": random.choice([-2, 0, 1, 2, 3, 4, 5, 0.1, 1e15]),
            "item": random.choice(["a", "b", 1, 1.0, True]),
            "product_id": random.choice(["a", "B", 1]),
            "at": (self.now + random.choice([-1, 1]) * random.choice(LATE)).isoformat(),
        }
        return {key: value for key, value in drawn.items() if random.random() < 0.6}

    def _draw_event(self) -> JSON:
        name = self.random.choice(["add_to_cart", "purchase"])
        return requests.event(name, properties=self._draw_properties(), **self._draw_at())

    def _draw_page(self) -> JSON:
        path = self.random.choice(["Sale/shoes", "cart", "sale/"])
        return requests.page(f"https://shop.example/{path}", **self._draw_at())

    def _draw_attributes(self) -> JSON:
        random = self.random
        drawn = {
            "tier": random.choice(["a", "B", "gold", ""]),
            "value": random.choice([-1, 0, 1, 5, 1000]),
            "vip": random.choice([True, False]),
            "since": (self.now + random.choice([-1, 1]) * random.choice(LATE)).replace(year=random.choice([2024, self.now.year])).isoformat(),
            "tags": random.choice([[], ["a"], ["a", "b"], [1]]),
            "country": random.choice(["DE", "US"]),
            "timezone": random.choice(busy.ZONES),
            "email": random.choice(["a@shop.example", "nonsense"]),
        }  # fmt: skip
        chosen = {key: value for key, value in drawn.items() if random.random() < 0.4}
        unset = [key for key in drawn if key not in chosen and random.random() < 0.2]
        return requests.attributes(unset=unset, **chosen)

    def _draw_identify(self) -> JSON:
        proven = self.random.random() < 0.7  # the others are claims
        return requests.identify(f"u-{self.random.randrange(CUSTOMERS)}", proven=proven)

    def _draw_subscribe(self) -> JSON:
        return requests.subscribe(f"https://fcm.googleapis.com/fcm/send/{self.random.randrange(ENDPOINTS)}")

    def _draw_unsubscribe(self) -> JSON:
        return requests.unsubscribe(reason=self.random.choice(["", "Too many"]))

    # Other doors

    def report_messages(self) -> None:
        """What campaigns tell of: sent, clicked."""
        people = self.list_people()
        if not people:
            return
        events = [
            NewEvent(
                id=self._draw_uuid(),
                subscriber_id=self.random.choice(people).pk,
                name=self.random.choice(["$push_sent", "$push_clicked", "$push_clicked"]),
                occurred_at=self._draw_time(),
                properties={"campaign": self.random.randint(1, 3), "campaign_name": "Any"},
            )
            for _ in range(self.random.randint(1, 3))
        ]
        self.note(f"messages: {[(event.subscriber_id, event.name, event.occurred_at) for event in events]}")
        record_events(self.site, events, received_at=self.now)

    @transaction.atomic
    def correct_profile(self) -> None:
        """As somebody does in the admin."""
        person = self._pick()
        if person:
            field, value = self.random.choice(
                [("country", "DE"), ("city", "a"), ("timezone", "Asia/Kathmandu"), ("email", "")]
            )
            setattr(person, field, value)
            person.save(update_fields=[field])
            note_changes(self.site.pk, {name_profile(field): [person.pk]}, now=self.now)
            self.note(f"{person.pk} has {field} {value}")

    def delete_somebody(self) -> None:
        person = self._pick()
        if person:
            self.note(f"{person.pk} is deleted")
            delete_subscribers([person], now=self.now)

    @transaction.atomic
    def change_type(self) -> None:
        """An attribute becomes one of another type; if it was changed before, its own again."""
        attribute = self.random.choice(
            list(Attribute.objects.filter(site=self.site, key__in=TYPES).order_by("key"))
        )
        own = TYPES[attribute.key]
        attribute.type = OTHER_TYPES[attribute.key] if attribute.type == own else own
        attribute.save()
        note_for_everyone(self.site.pk, [name_attribute(attribute.key)], now=self.now)
        self.note(f"{attribute.key} is of type {attribute.type}")

    @transaction.atomic
    def move_site(self) -> None:
        self.site.timezone = self.random.choice(busy.ZONES)
        self.site.save()
        note_for_everyone(self.site.pk, [ZONE], now=self.now)
        self.note(f"the site's zone is {self.site.timezone}")

    def _pick(self) -> Subscriber | None:
        people = self.list_people()
        return self.random.choice(people) if people else None
