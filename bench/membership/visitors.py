"""Who does what in the stream: people and events drawn as the generated data were, with a seed."""

import datetime as dt
import random
import uuid
from typing import Any, NamedTuple

from django.db import connection

from bench.segments.generator import EVENTS

PRODUCTS, CATEGORIES = 5000, 40
NAMES = [name for name in EVENTS if not name.startswith("$push")]  # those are ours to record, no browser's


class Person(NamedTuple):
    """Their browser's name, and what it shows of itself."""

    pk: int
    browser: uuid.UUID
    timezone: str
    language: str


class Visitors:
    """People drawn by the power law by which the data were made."""

    def __init__(self, subscribers: int, seed: int) -> None:
        self._subscribers = subscribers
        self._random = random.Random(seed)  # noqa: S311  # no secret
        self._weights = [EVENTS[name] for name in NAMES]

    def draw_people(self, number: int) -> list[Person]:
        """In the order drawn; somebody may come twice."""
        wanted = [self._draw_id() for _ in range(number)]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, uuid, timezone, language FROM subscribers_subscriber WHERE id = ANY(%s)", [wanted]
            )
            found = {row[0]: Person(*row) for row in cursor.fetchall()}
        return [found[pk] for pk in wanted]

    def draw_operation(self, at: dt.datetime | None = None) -> dict[str, Any]:
        """An operation as the SDK would send it."""
        name = self._random.choices(NAMES, self._weights)[0]
        # Never the same in two runs on the same data: what was applied once is not applied again.
        operation: dict[str, Any] = {"id": str(uuid.uuid4())}
        if at:
            operation["at"] = at.isoformat()
        product = self._random.randrange(PRODUCTS)
        if name == "$page_view":
            return {**operation, "type": "page", "url": self._draw_url(product), "title": "Shop"}
        return {
            **operation,
            "type": "event",
            "name": name,
            "properties": self._draw_properties(name, product),
        }

    def _draw_id(self) -> int:
        place = ((self._random.random() + 0.1) ** 4 - 0.0001) / 1.464
        return (int(self._subscribers * 0.956 * place) * 7919 + 17) % self._subscribers + 1

    def _draw_url(self, product: int) -> str:
        if self._random.random() < 0.015:
            return f"https://shop.example/sale/{product % 300}"
        return f"https://shop.example/p/{product}"

    def _draw_properties(self, name: str, product: int) -> dict[str, Any]:
        if name not in {"product_viewed", "add_to_cart", "purchase"}:
            return {}
        properties: dict[str, Any] = {
            "product_id": f"sku-{product}",
            "category": f"category-{product % CATEGORIES}",
        }
        if name == "purchase":
            properties["value"] = round(5 + 300 * self._random.random() ** 2, 2)
        return properties
