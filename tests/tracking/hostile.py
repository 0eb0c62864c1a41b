"""Operations as nobody of good will would send them, of every type: drawn from a seed, so that a run can be repeated."""

import json
import random
import uuid
from typing import Any

from tests.tracking.requests import AUTH, P256DH, Json

LONE, NUL = "\ud800", "\0"
NUMBERS: list[Any] = [
    0, -0.0, 1, -1, 2**31, 2**53 + 1, 2**63 - 1, -(2**63), 2**63, 2**64, 10**30, -(10**400), 1e308, -1e308, 5e-324,
    1.7976931348623157e308, 9.99e-300, 0.1 + 0.2, 1e18, 9.3e18, True, False,
]  # fmt: skip
TEXTS: list[Any] = [
    "", " ", "\t\n", "x", "x" * 2000, "x" * 2001, "é" * 1500, "💥" * 700, NUL, f"a{NUL}b", LONE, f"{LONE}a", "\udfff",
    "\u202e", "\ufeff", "\u200b", "a\u0301", "\u00e1", "ΣΑΣ", "İ", "ß", "\U0010ffff", "\uffff", "'; DROP TABLE x; --",
    '"', "\\", "{", "}", "{}", "NULL", "null", "undefined", "[object Object]", "NaN", "Infinity", "true", "0", "007",
    "__proto__", "constructor", "toString", "hasOwnProperty", "<script>alert(1)</script>", "%00", "%s", "{0}", "$1",
]  # fmt: skip
MOMENTS: list[Any] = [
    None, "2026-11-21T10:00:00Z", "2026-11-21T10:00:00+05:30", "2026-11-21T10:00:00-14:00", "2026-11-21 10:00",
    "2026-11-21", "2026-11-21T10:00:00.123456789Z", "20261121T100000Z", "2026-W47-6T10:00:00Z", "2026-11-21T24:00:00Z",
    "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00",
    "9999-12-31T23:59:59.999999+00:00", "2199-12-31T23:59:59.999999Z", "2200-01-01T00:00:00Z", "1999-12-31T23:59:59Z",
    "2000-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "-2026-11-21T10:00:00Z", "+012026-11-21T10:00:00Z", "tomorrow",
    "2026-02-29T10:00:00Z", "2024-02-29T23:59:60Z", "2026-11-21T10:00:00+23:59", "2026-11-21T10:00:00+24:00", "",
    "2026-11-21T10:00:00Z\n", "٢٠٢٦-١١-٢١T10:00:00Z", 0, 1e400, -1, 1_790_000_000, 1_790_000_000_000, True, [], {},
]  # fmt: skip
KEYS = [
    "tier", "email", "timezone", "language", "country", "city", "region", "latitude", "longitude", "created_at", "id",
    "", " ", "k" * 100, "k" * 101, NUL, LONE, "a.b", "a[].b", "$x", "__proto__", "constructor", "prototype", "é", "💥",
    "'", '"', "\\", "{", "external_id", "segments", "attributes", "now",
]  # fmt: skip
NAMES = [
    "add_to_cart", "purchase", "$session_start", "$push_clicked", "$", "", " ", "n" * 100, "n" * 101, NUL, LONE, "__proto__",
    "constructor", "a\nb", "a\u200cb", "a\u200db", "🛒", "<b>", "%s", 404, None, True, [], {},
]  # fmt: skip
PEOPLE: list[Any] = [
    *(f"u-{number}" for number in range(8)), 42, "042", " u-1 ", "U-1", "a\u0301", "\u00e1", "", " ", None, True, 1.5, [],
    {}, "undefined", "[object Object]", NUL, LONE, "x" * 200, "x" * 201, 10**30, -1, "'", "💥", "null", "NaN",
]  # fmt: skip
ENDPOINTS: list[Any] = [
    *(f"https://fcm.googleapis.com/fcm/send/{number}" for number in range(6)),
    "https://updates.push.services.mozilla.com/wpush/v2/x", "https://web.push.apple.com/x", "http://127.0.0.1/x",
    "https://evil.example/x", "https://fcm.googleapis.com.evil.example/x", "https://fcm.googleapis.com/\n", "", None, 7,
    "https://fcm.googleapis.com/" + "x" * 1900, "https://fcm.googleapis.com/" + "x" * 2000, [], {}, "javascript:alert(1)",
    "https://[::1]/x", "https://fcm.googleapis.com/{}", "https://fcm.googleapis.com/%00", f"https://fcm.googleapis.com/{NUL}",
]  # fmt: skip
ZONES = [
    "Europe/Berlin",
    "Asia/Calcutta",
    "America/Coyhaique",
    "Etc/GMT+14",
    "Factory",
    "../../etc/passwd",
    "",
    None,
    7,
    NUL,
]
WRONG: list[Any] = [None, True, 0, -1.5, "", "x", [], [None], {}, {"a": 1}, [[[]]], 10**25, LONE]
TYPES = ("event", "page", "attributes", "identify", "subscribe", "unsubscribe")


class Hostile:
    """Draws operations and requests; some of one browser, some of one customer, many of a few."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.browsers = [str(self._uuid()) for _ in range(12)]
        self.ids = [str(self._uuid()) for _ in range(40)]

    def draw_operation(self) -> Any:
        if self._sometimes(0.02):
            return self.dice.choice(WRONG)
        type_ = self.dice.choice(TYPES)
        operation: Json = {"id": self._draw_id(), "type": type_, **getattr(self, f"_draw_{type_}")()}
        if self._sometimes(0.4):
            operation["at"] = self.dice.choice(MOMENTS[:9] if self._sometimes(0.6) else MOMENTS)
        if self._sometimes(0.06):
            operation[self.dice.choice(list(operation))] = self.dice.choice(WRONG)
        if self._sometimes(0.03):
            del operation[self.dice.choice(list(operation))]
        if self._sometimes(0.05):
            operation[self.dice.choice(KEYS)] = self._draw_value(0)
        return operation

    def draw_context(self) -> Any:
        if self._sometimes(0.05):
            return self.dice.choice(WRONG)
        zone, language = (
            self.dice.choice(ZONES),
            self.dice.choice(["de-DE", "x" * 40, None, 7, "de_DE", *TEXTS]),
        )
        return {"timezone": zone, "language": language, "url": self.dice.choice(TEXTS)}

    def draw_sent_at(self) -> Any:
        return self.dice.choice(MOMENTS) if self._sometimes(0.3) else None

    def draw_sender(self) -> Json:
        """Of a backend's operation: mostly one name, at times two, or none."""
        drawn = self.dice.random()
        if drawn < 0.5:
            return {"external_id": self.dice.choice(PEOPLE)}
        if drawn < 0.9:
            return {"subscriber": self.dice.choice(self.browsers)}
        return self.dice.choice(
            [
                {},
                {"subscriber": "x"},
                {"external_id": "u-1", "subscriber": self.browsers[0]},
                {"subscriber": None},
            ]
        )

    def _draw_event(self) -> Json:
        name = self.dice.choice(NAMES) if self._sometimes(0.5) else f"name {self.dice.randrange(40)}"
        return {"name": name, "properties": self._draw_object(0)}

    def _draw_page(self) -> Json:
        urls = [
            "https://shop.example/größe?q=red+shoes#x", "https://[", "http://[::1", "//", "x" * 3000, "https://xn--/%ff",
            "https://shop.example:99999/", "data:text/html,x", *TEXTS, *WRONG,
        ]  # fmt: skip
        return {name: self.dice.choice([*urls, *NUMBERS]) for name in ("title", "referrer")} | {
            "url": self.dice.choice(urls)
        }

    def _draw_attributes(self) -> Json:
        values = {self._draw_key(): self._draw_value(3) for _ in range(self.dice.randrange(5))}
        unset = [self._draw_key() for _ in range(self.dice.randrange(3))]
        return {"set": values, "unset": unset}

    def _draw_identify(self) -> Json:
        return {"external_id": self.dice.choice(PEOPLE), "signature": self.dice.choice([None, "", "x", 7])}

    def _draw_subscribe(self) -> Json:
        keys: Json = {"p256dh": P256DH, "auth": AUTH}
        if self._sometimes(0.3):
            keys[self.dice.choice(["p256dh", "auth"])] = self.dice.choice(
                ["x", "===", P256DH + "=", AUTH + "==", *WRONG]
            )
        told = {"device": "mobile", "browser": "Chrome", "os": None, "created_at": self.dice.choice(MOMENTS)}
        place = {
            "latitude": self.dice.choice([*NUMBERS, *WRONG]),
            "longitude": self.dice.choice([1, *NUMBERS]),
        }
        extra = {**told, **place} if self._sometimes(0.3) else {}
        return {"subscription": {"endpoint": self.dice.choice(ENDPOINTS), "keys": keys}, **extra}

    def _draw_unsubscribe(self) -> Json:
        return {"reason": self.dice.choice([*TEXTS, *WRONG])}

    def _draw_id(self) -> Any:
        if self._sometimes(0.05):
            return self.dice.choice(
                [7, None, "", "x", "0" * 32, LONE, NUL, [], "{" + str(self._uuid()) + "}"]
            )
        return self.dice.choice(self.ids) if self._sometimes(0.05) else str(self._uuid())

    def _draw_key(self) -> str:
        return self.dice.choice(KEYS) if self._sometimes(0.7) else f"key {self.dice.randrange(60)}"

    def _draw_object(self, depth: int) -> Any:
        if self._sometimes(0.03):
            return self.dice.choice(WRONG)
        if self._sometimes(0.01):
            return {f"k{number}": number for number in range(self.dice.choice([100, 101]))}
        return {self._draw_key(): self._draw_value(depth + 1) for _ in range(self.dice.randrange(4))}

    def _draw_value(self, depth: int) -> Any:
        drawn = self.dice.random()
        if drawn < 0.35:
            return self.dice.choice(NUMBERS)
        if drawn < 0.75:
            return self.dice.choice([*TEXTS, *MOMENTS])
        if drawn < 0.85 and depth < 8:
            return [self._draw_value(depth + 1) for _ in range(self.dice.randrange(4))]
        if drawn < 0.95 and depth < 8:
            return {self._draw_key(): self._draw_value(depth + 1) for _ in range(self.dice.randrange(3))}
        return self.dice.choice(WRONG)

    def _sometimes(self, share: float) -> bool:
        return self.dice.random() < share

    def _uuid(self) -> uuid.UUID:
        return uuid.UUID(int=self.dice.getrandbits(128), version=4)


def encode(content: Json, dice: random.Random) -> bytes:
    """As it goes over the wire: lone halves of pairs as escapes; at times a number that is none, or far too large."""
    text = json.dumps(content)
    if dice.random() < 0.01:
        text = text.replace("-1.5", dice.choice(["NaN", "-Infinity", "1e400", "9" * 5000, "1e-400"]))
    return text.encode()
