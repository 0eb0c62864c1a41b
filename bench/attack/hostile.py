"""Requests as nobody of good will would send them, at every open door, drawn from a seed."""

import asyncio
import json
import random
import uuid
from collections import Counter
from typing import Any

from bench.attack.wire import Connection, Target, write_request

CONNECTIONS = 8
NASTY: list[Any] = [
    None, True, 0, -1, 2**63, 10**30, 1e308, 5e-324, "", " ", "x" * 2001, "\0", "\ud800", "\u202e", "💥" * 700, "é" * 1500,
    "'; DROP TABLE x; --", "<script>alert(1)</script>", "{{ 7 | times: 7 }}", "%00", "%s", "../../etc/passwd", "__proto__",
    [], [None], [[[[[[]]]]]], {}, {"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}}, {"": 1}, {"$x": 1}, {"k" * 101: 1}, "NaN",
    "2026-02-30T10:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "undefined", "[object Object]",
]  # fmt: skip
TYPES = ["event", "page", "attributes", "identify", "subscribe", "unsubscribe", "", "x", 7, None]
FIELDS = [
    "name",
    "properties",
    "at",
    "url",
    "title",
    "set",
    "unset",
    "external_id",
    "signature",
    "subscription",
    "reason",
]
PATHS = [
    "/v1/track", "/v1/config", "/v1/feedback", "/sdk/carillon.js", "/sdk/%2e%2e/manage.py", "/admin/login/", "/admin/",
    "/api/v1/sites/", "/api/v1/track/", "/api/v1/subscribers/1/", "/health/ready", "/%ff%fe", "/a\\b", "//evil.example/", "/demo/",
    "/admin/segments/segment/add/", "/static/../config/settings.py", "/v1/track/", "/?next=//evil.example",
]  # fmt: skip
HEADERS = [
    "Cookie",
    "Origin",
    "Referer",
    "Accept",
    "Authorization",
    "If_None_Match",
    "Range",
    "X_Forwarded_For",
    "Accept_Language",
]
TEXTS = [
    "",
    "x" * 4000,
    "null",
    "sessionid=\x80; a",
    "Token \x00",
    "Bearer ck_x",
    "bytes=9-1",
    "\xff\xfe",
    "*/*;q=x",
    "::1, [",
    "%00",
]


class Hostile:
    """Draws requests."""

    def __init__(self, target: Target, site_key: str, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311  # so that a run can be repeated
        self._target, self._site_key = target, site_key
        self._browsers = [str(uuid.UUID(int=self.dice.getrandbits(128), version=4)) for _ in range(12)]

    def draw(self) -> bytes:
        dice = self.dice
        address = f"203.0.{dice.randrange(256)}.{dice.randrange(256)}"
        if dice.random() < 0.6:
            return write_request(self._target, "POST", "/v1/track", self._draw_body(), address=address)
        method = dice.choice(["GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "HEADX"])
        headers = {
            name: dice.choice(TEXTS).replace("\x00", "") for name in dice.sample(HEADERS, dice.randrange(3))
        }
        body = b"" if method == "GET" else self._draw_body()
        if body:
            kinds = [
                "application/json",
                "text/plain",
                "multipart/form-data; boundary=",
                "x/y; charset=hex",
                "",
            ]
            headers["Content_Type"] = dice.choice(kinds)
        return write_request(self._target, method, dice.choice(PATHS), body, address=address, **headers)

    def _draw_body(self) -> bytes:
        dice = self.dice
        whole = {
            "site_key": self._site_key if dice.random() < 0.95 else dice.choice(NASTY),
            "subscriber": dice.choice(self._browsers) if dice.random() < 0.95 else dice.choice(NASTY),
            "context": {name: dice.choice(NASTY) for name in ("timezone", "language", "url")},
            "operations": [self._draw_operation() for _ in range(dice.randrange(6))],
            "sent_at": dice.choice(NASTY),
        }
        text = json.dumps(whole if dice.random() < 0.97 else dice.choice(NASTY))
        if dice.random() < 0.05:
            text = text[: dice.randrange(len(text) + 1)]
        if dice.random() < 0.02:
            text = text.replace("1e+308", dice.choice(["1e999", "NaN", "9" * 5000]))
        return text.encode() if dice.random() < 0.98 else text.encode("utf-16")

    def _draw_operation(self) -> Any:
        dice = self.dice
        if dice.random() < 0.05:
            return dice.choice(NASTY)
        operation = {"id": str(uuid.UUID(int=dice.getrandbits(128), version=4)), "type": dice.choice(TYPES)}
        for name in dice.sample(FIELDS, dice.randrange(5)):
            nasty = dice.choice(NASTY)
            operation[name] = {dice.choice(["a", "price", "email"]): nasty} if dice.random() < 0.5 else nasty
        return operation


async def send_hostile(target: Target, site_key: str, number: int, *, seed: int) -> Counter[int]:
    """How many got which answer; 0: none."""
    hostile, statuses = Hostile(target, site_key, seed), Counter[int]()
    left = iter(range(number))

    async def send() -> None:
        connection = Connection(target)
        for _ in left:
            answer = await connection.ask(hostile.draw())
            statuses[answer.status] += 1
        connection.close()

    await asyncio.gather(*(send() for _ in range(CONNECTIONS)))
    return statuses
