"""People with devices at push services in all moods, and what those services took down."""

import datetime as dt
import json
import random
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache

from aiohttp import web

from campaigns.tokens import read_token
from pushservice.answers import ANSWERS
from pushservice.app import create_app
from pushservice.background import run_in_background
from pushservice.devices import Device
from pushservice.ledger import LEDGER, Received
from subscribers.ids import take_ids
from subscribers.models import PushSubscription, Site, Subscriber
from tests.faults.moods import Mood, deal

_KEYS = 16  # so many devices have keys of their own; the others share theirs, since making keys takes long
_ROWS = 5000


@dataclass(frozen=True, slots=True)
class Taking:
    """A message that a push service took. `campaign` and `person` are those of the token inside."""

    campaign: int
    occurrence: int
    person: int
    at: dt.datetime


class Town:
    """Everybody of a site, by id, and the push services they have their devices at."""

    def __init__(self, apps: list[web.Application], hosts: dict[str, tuple[web.Application, str]]) -> None:
        self._apps = apps
        self._hosts = hosts
        self._devices: dict[str, tuple[int, Device]] = {}
        self.moods: dict[int, Mood] = {}

    @property
    def loopback_hosts(self) -> str:
        """The setting PUSH_LOOPBACK_HOSTS for those who send here."""
        return ",".join(origin.removeprefix("http://") for _, origin in self._hosts.values())

    def settle(
        self, site: Site, people: int, *, moods: Sequence[Mood], now: dt.datetime, chance: random.Random
    ) -> None:
        """Have so many people live here, each with one device in one of these moods."""
        moods = deal(moods, people, chance)
        for start in range(0, people, _ROWS):
            new = [
                Subscriber(site=site, created_at=now, last_seen_at=now, timezone="UTC")
                for _ in moods[start : start + _ROWS]
            ]
            residents = Subscriber.objects.bulk_create(take_ids(new))
            pairs = zip(residents, moods[start : start + _ROWS], strict=True)
            PushSubscription.objects.bulk_create(
                [self._equip(person, mood, now=now) for person, mood in pairs]
            )

    def count_received(self) -> int:
        return sum(app[LEDGER].totals["received"] for app in self._apps)

    def count_answers(self) -> dict[str, int]:
        """How many pushes got which answer; “none”: none at all."""
        counts: defaultdict[str, int] = defaultdict(int)
        for app in self._apps:
            for entry in app[LEDGER].received:
                counts[str(entry.status or "none")] += 1
        return dict(sorted(counts.items()))

    def list_takings(self) -> dict[tuple[int, int], list[Taking]]:
        """By campaign and person: all messages taken, oldest first, each opened with the keys of its device."""
        found: defaultdict[tuple[int, int], list[Taking]] = defaultdict(list)
        entries = (entry for app in self._apps for entry in app[LEDGER].received if entry.status == 201)
        for entry in sorted(entries, key=lambda entry: entry.received_at):
            taking = self._open(entry)
            found[taking.campaign, taking.person].append(taking)
        return found

    def _equip(self, person: Subscriber, mood: Mood, *, now: dt.datetime) -> PushSubscription:
        app, origin = self._hosts[mood.host]
        device = replace(
            _list_devices()[person.pk % _KEYS], endpoint=f"{origin}/push/test-{uuid.uuid4().hex}"
        )
        app[ANSWERS].script(device.token, mood.answers)
        self.moods[person.pk] = mood
        self._devices[device.token] = (person.pk, device)
        keys = device.subscription["keys"]
        return PushSubscription(
            subscriber=person, endpoint=device.endpoint, created_at=now, last_seen_at=now, **keys
        )

    def _open(self, entry: Received) -> Taking:
        owner, device = self._devices[entry.token]
        key = read_token(json.loads(device.decrypt(entry.body))["token"])
        assert key.subscriber_id == owner, "somebody got another one's message"
        return Taking(key.campaign_id, key.occurrence, key.subscriber_id, entry.received_at)


@contextmanager
def open_town(*, remember: int) -> Iterator[Town]:
    """Push services that keep their last `remember` messages, and nobody who lives there yet."""
    apps = [create_app(remember=remember) for _ in range(2)]
    with run_in_background(app=apps[0]) as busy, run_in_background(app=apps[1]) as dead:
        # One service under two names is two to whoever sends.
        moody = busy.replace("localhost", "127.0.0.1")
        yield Town(apps, {"steady": (apps[0], busy), "moody": (apps[0], moody), "dead": (apps[1], dead)})


@cache
def _list_devices() -> list[Device]:
    chance = random.Random(3)
    return [Device.create(origin="", random=chance) for _ in range(_KEYS)]
