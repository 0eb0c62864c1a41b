"""What the demo shop's people did in the last sixty days, as their browsers would have reported it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from random import Random
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from demo.people import Person, make_random
from demo.products import CATEGORIES_BY_SLUG, PRODUCTS, Product

DAYS = 60
# A share of the week's visits for each day from Monday, and of the day's for each hour on the visitor's clock.
BY_WEEKDAY = (0.90, 0.85, 0.90, 0.95, 1.05, 1.15, 1.30)
BY_HOUR = (2, 1, 1, 0, 0, 1, 3, 6, 8, 9, 9, 10, 14, 12, 9, 9, 10, 13, 17, 22, 25, 22, 14, 6)
LONGEST_VISIT = dt.timedelta(minutes=20)
A_DAY = dt.timedelta(days=1)

ADDS_TO_CART = 0.22  # of the visits in which a product was looked at
BUYS = 0.40  # of those


class Happening(NamedTuple):
    """One event of one person; `id` is what the SDK would have made."""

    id: UUID
    at: dt.datetime
    name: str
    properties: dict[str, Any]


def make_history(person: Person, *, shop_url: str, now: dt.datetime) -> list[Happening]:
    """Everything that one person did, oldest first, none of it after `now`. `shop_url` ends in a slash."""
    random = make_random(person.number, "history")
    happenings = []
    for start in sorted(_choose_starts(person, random, now)):
        happenings += _Visit(person, random, shop_url, start).make()
    if person.abandons_cart:
        start = max(now - A_DAY * random.uniform(0.05, 0.9), person.joined_at)
        happenings += _Visit(person, random, shop_url, start).make(adds_to_cart=True, buys=False)
    return happenings


def _choose_starts(person: Person, random: Random, now: dt.datetime) -> Iterator[dt.datetime]:
    """When they visited: first when they joined, last when they left, and in between at their pace."""
    first = max(person.joined_at, now - A_DAY * DAYS)
    last = min(person.left_at or now, now - LONGEST_VISIT)
    if person.abandons_cart:
        last -= A_DAY  # what they left in the cart yesterday is what they did last
    day = first.date()
    while day <= last.date():
        expected = person.pace * BY_WEEKDAY[day.weekday()]
        for _ in range(int(expected) + (random.random() < expected % 1)):
            start = _choose_instant(person, random, day)
            if first < start < last:
                yield start
        day += A_DAY
    for known in (person.joined_at, person.left_at):
        if known and first <= known <= last:
            yield known


def _choose_instant(person: Person, random: Random, day: dt.date) -> dt.datetime:
    hour = random.choices(range(24), BY_HOUR)[0]
    time = dt.time(hour, random.randrange(60), random.randrange(60), random.randrange(1_000_000))
    return dt.datetime.combine(day, time, ZoneInfo(person.area.timezone)).astimezone(dt.UTC)


class _Visit:
    """One session: pages, products, perhaps the cart, perhaps an order."""

    def __init__(self, person: Person, random: Random, shop_url: str, start: dt.datetime) -> None:
        self._person, self._random, self._shop_url = person, random, shop_url
        self._at = start
        self._happenings: list[Happening] = []

    def make(self, *, adds_to_cart: bool | None = None, buys: bool | None = None) -> list[Happening]:
        """The session's events; what is not decided by the caller is left to chance."""
        random = self._random
        self._record("$session_start")
        on_sale = self._enter()
        products = self._choose_products(on_sale, at_least=1 if adds_to_cart else 0)
        for product in products:
            self._open(f"product/{product.sku}/", product.name)
            self._record("product_viewed", **product.card)
        if products and (random.random() < ADDS_TO_CART if adds_to_cart is None else adds_to_cart):
            cart = products[-1 if random.random() < 0.75 else -2 :]
            self._fill_cart(cart)
            if random.random() < BUYS if buys is None else buys:
                self._order(cart)
        return self._happenings

    def _enter(self) -> bool:
        """The first pages; whether they are those of the sale."""
        way = self._random.random()
        if way < 0.45:
            self._open("", "")
        if way < 0.20:
            self._open("sale/", "Sale")
        elif self._random.random() < 0.7:
            slug = self._person.favourite
            self._open(f"category/{slug}/", CATEGORIES_BY_SLUG[slug].name)
        return way < 0.20

    def _choose_products(self, on_sale: bool, *, at_least: int) -> list[Product]:
        wanted = max(at_least, self._random.choices((0, 1, 2, 3, 4), (20, 32, 26, 14, 8))[0])
        liked = [
            product
            for product in PRODUCTS
            if (product.sale_price is not None if on_sale else product.category == self._person.favourite)
        ]
        shelf = liked if self._random.random() < 0.7 else PRODUCTS
        return self._random.sample(shelf, min(wanted, len(shelf)))

    def _fill_cart(self, cart: list[Product]) -> None:
        for product in cart:
            self._record("add_to_cart", **product.card)
        self._open("cart/", "Cart")

    def _order(self, cart: list[Product]) -> None:
        value = round(float(sum(product.asking_price for product in cart)), 2)
        order_id = f"R-{self._at:%y%m%d%H%M}-{self._person.number:05}"
        self._record("purchase", value=value, items=len(cart), order_id=order_id)
        self._open("thanks/", "Thank you")

    def _open(self, path: str, title: str) -> None:
        address = f"{self._shop_url}{path}"
        title = f"{title} · Ridgeline" if title else "Ridgeline: running and outdoor gear"
        self._record("$page_view", url=address, path=f"/demo/{path}", title=title)

    def _record(self, name: str, **properties: Any) -> None:
        id_ = UUID(int=self._random.getrandbits(128), version=4)
        self._happenings.append(Happening(id_, self._at, name, properties))
        self._at += dt.timedelta(seconds=self._random.uniform(1, 70))
