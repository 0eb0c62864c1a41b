"""Who the demo shop's people are: their habits and traits, made up from a fixed seed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from demo.cities import HOMES, NEAR_BERLIN, WEIGHTS, Area, Town
from demo.products import CATEGORIES

T = TypeVar("T")

SEED = "ridgeline"
LAPSED_DAYS = 45  # whoever lapsed was here last longer ago than this

FIRST_NAMES = (
    "Ada", "Aiko", "Alma", "Amir", "Anna", "Arjun", "Ben", "Carla", "Chloé", "Clara", "Daan", "Diego", "Elena",
    "Elias", "Emil", "Emma", "Fatima", "Felix", "Finn", "Freya", "Greta", "Hana", "Hugo", "Ida", "Ines", "Isla",
    "Jakub", "Jan", "Jonas", "Julia", "Kai", "Kenji", "Lars", "Lea", "Lena", "Leo", "Liam", "Lina", "Luca",
    "Lucía", "Mara", "Mateo", "Maya", "Mia", "Milo", "Mina", "Nils", "Noah", "Nora", "Olivia", "Oscar", "Paul",
    "Priya", "Rafael", "Rosa", "Sam", "Sofia", "Theo", "Tom", "Yuki", "Zoe",
)  # fmt: skip
BRANDS = ("Ridgeline", "Norrfell", "Kestrel", "Moss & Stone", "Altiplano", "Fjordlys")
SETUPS = (  # kind, system, browser, and how common they are
    (("mobile", "Android", "Chrome"), 38),
    (("desktop", "Windows", "Chrome"), 19),
    (("mobile", "iOS", "Safari"), 12),
    (("desktop", "macOS", "Chrome"), 8),
    (("desktop", "Windows", "Edge"), 7),
    (("desktop", "macOS", "Safari"), 5),
    (("desktop", "Windows", "Firefox"), 4),
    (("mobile", "Android", "Firefox"), 3),
    (("tablet", "Android", "Chrome"), 2),
    (("desktop", "Linux", "Firefox"), 2),
)
CHANNEL = (("subscribed", 70), ("unsubscribed", 5), ("never", 25))


@dataclass(frozen=True)
class Person:
    """Somebody who visits the shop.

    `pace` is in visits per day. `past_spending` (dollars) was before the days that the demo's log tells about.
    """

    number: int
    uuid: uuid.UUID
    area: Area
    town: Town
    timezone: str
    latitude: float
    longitude: float
    joined_at: dt.datetime
    left_at: dt.datetime | None
    pace: float
    favourite: str
    is_customer: bool
    first_name: str
    brands: list[str]
    newsletter: bool
    past_spending: float
    channel: str
    setups: list[tuple[str, str, str]]
    abandons_cart: bool

    @property
    def external_id(self) -> str:
        return f"cust-{10_000 + self.number}" if self.is_customer else ""

    @property
    def email(self) -> str:
        return f"customer.{10_000 + self.number}@example.com" if self.is_customer else ""


def make_people(count: int, *, now: dt.datetime) -> Iterator[Person]:
    """The first `count` people; each is the same however many there are."""
    return (make_person(number, now=now) for number in range(count))


def make_random(number: int, purpose: str) -> Random:
    """One person's own chance, so that a change in one part of their life does not change the others."""
    return Random(f"{SEED} {number} {purpose}")  # noqa: S311 - a demo, no secret


def make_person(number: int, *, now: dt.datetime) -> Person:
    random = make_random(number, "traits")
    area, town = random.choices(HOMES, WEIGHTS)[0]
    is_customer = random.random() < 0.35
    joined_at, left_at = _make_stay(random, now)
    is_old = joined_at < now - dt.timedelta(days=60)
    return Person(
        number=number,
        uuid=uuid.UUID(int=random.getrandbits(128), version=4),
        area=area,
        town=town,
        timezone=area.timezone if random.random() > 0.03 else "",
        latitude=round(town.latitude + random.gauss(0, 0.03), 4),
        longitude=round(town.longitude + random.gauss(0, 0.04), 4),
        joined_at=joined_at,
        left_at=left_at,
        pace=_make_pace(random, town),
        favourite=random.choice(CATEGORIES).slug,
        is_customer=is_customer,
        first_name=random.choice(FIRST_NAMES),
        brands=random.sample(BRANDS, random.randint(0, 3)),
        newsletter=random.random() < 0.6,
        past_spending=_make_past_spending(random, is_customer=is_customer) if is_old else 0.0,
        channel=_choose(random, CHANNEL),
        setups=[_choose(random, SETUPS) for _ in range(1 if random.random() < 0.88 else 2)],
        abandons_cart=left_at is None and random.random() < 0.02,
    )


def _make_stay(random: Random, now: dt.datetime) -> tuple[dt.datetime, dt.datetime | None]:
    """When they came, and when they were last here if that was long ago."""
    ago = random.random()
    if ago < 0.12:
        return now - dt.timedelta(days=random.uniform(0.1, 14)), None
    joined_at = now - dt.timedelta(days=random.uniform(14, 420))
    if ago > 0.32 or joined_at > now - dt.timedelta(days=LAPSED_DAYS + 1):
        return joined_at, None
    latest = now - dt.timedelta(days=LAPSED_DAYS + 0.5)
    return joined_at, latest - (latest - joined_at) * random.random() ** 2


def _make_pace(random: Random, town: Town) -> float:
    """Few come often and most come seldom; a store around the corner brings people back to the web shop too."""
    pace = random.lognormvariate(-2.85, 1.1)
    return min(pace * 2 if town.name in NEAR_BERLIN else pace, 1.5)


def _make_past_spending(random: Random, *, is_customer: bool) -> float:
    if random.random() > (0.85 if is_customer else 0.25):
        return 0.0
    return round(min(random.lognormvariate(5.9 if is_customer else 4.9, 1.1), 9000), 2)


def _choose(random: Random, choices: tuple[tuple[T, int], ...]) -> T:
    return random.choices([choice for choice, _ in choices], [weight for _, weight in choices])[0]
