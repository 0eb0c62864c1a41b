"""1,000 bodies that nobody of good will would send: each is answered 4xx with a reason, none with a 500."""

import itertools
import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from subscribers.models import Site
from subscribers.profile_fields import PROFILE_FIELDS
from tests.chance import count_cases, draw_chance
from tests.factories import NOW
from tests.tracking.requests import AUTH, P256DH, body, event, post, subscribe
from tracking.draining import drain_inbox
from tracking.models import InboxItem

pytestmark = pytest.mark.django_db

ODD_VALUES: list[Any] = [
    None, True, False, 0, -1, 3.5, 10**30, -(10**30), 1e308, "", " ", "x" * 3000, "nul\0", "\ud800", "\udfff half",
    [], [[]], [None], {}, {"": ""}, {"a": {"b": {"c": {"d": {"e": {"f": {"g": 1}}}}}}}, ["x"] * 101,
    {f"k{number}": number for number in range(101)}, {"k" * 101: 1}, {"nul\0": 1}, {"\ud800": 1}, {"n": 10**30},
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1969-12-31", "2026-13-01", "tomorrow", "￿\U0010ffff",
]  # fmt: skip
SHAPES: dict[str, dict[str, Any]] = {
    "event": {"name": "add_to_cart", "properties": {"price": 1}, "at": "2026-11-21T10:00:00Z"},
    "page": {"url": "https://shop.example/", "title": "Shop", "referrer": ""},
    "attributes": {"set": {"tier": "gold"}, "unset": ["old"]},
    "identify": {"external_id": "u-42", "signature": ""},
    "subscribe": {
        "subscription": {"endpoint": "https://fcm.googleapis.com/x", "keys": {"p256dh": P256DH, "auth": AUTH}}
    },
    "unsubscribe": {"reason": ""},
}
ENDPOINTS = [
    "http://fcm.googleapis.com/x", "https://127.0.0.1/x", "https://localhost/x", "https://[::1]/x", "file:///etc/passwd",
    "https://evil.example/x", "https://fcm.googleapis.com.evil.example/x", "https://u:p@fcm.googleapis.com/x",
    "https://fcm.googleapis.com:8080/x", "https://fcm.googleapis.com\\@evil.example/x", "https://[/x", "gopher://x",
    "https://evil\\.push.apple.com/x", "https://xpush.apple.com/x", "https://fcm.googleapis.com/" + "x" * 2000, "//x",
    "https://169.254.169.254/latest", "https://fcm.googleapis.com /x", "https://fcm.googleapis.com/\r\nHost: x", "x",
]  # fmt: skip
KEYS = ["", "x", "===", "A" * 87, "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQ", "é" * 87, "A" * 100_000]
KEYS += [P256DH + "=" * 200, AUTH + "=" * 200, AUTH + "=" * 20]
LONG_TEXTS = [
    "x" * 2000,
    "é" * 2000,
    "💥" * 2000,
    "a@" + "b" * 2000,
    "de-" + "x" * 2000,
    f"{'x' * 250}@a.example",
]


def odd_operations() -> Iterator[Any]:
    yield from ODD_VALUES
    for type_, fields in SHAPES.items():
        for field, value in itertools.product(fields, ODD_VALUES):
            yield {"id": str(uuid.uuid4()), "type": type_, **fields, field: value}
        for id_ in ODD_VALUES:
            yield {"id": id_, "type": type_, **fields}
    for field, value in itertools.product(PROFILE_FIELDS, [*ODD_VALUES, *LONG_TEXTS]):
        yield {"id": str(uuid.uuid4()), "type": "attributes", "set": {field: value}}
    for type_ in [*ODD_VALUES, "drop table", "__class__"]:
        yield {"id": str(uuid.uuid4()), "type": type_, "name": "x"}
    for name in ["$push_clicked", "$converted", "$", "line\nbreak", "x" * 101]:
        yield {"id": str(uuid.uuid4()), "type": "event", "name": name}
    for endpoint in ENDPOINTS:
        yield _subscribe(endpoint, P256DH, AUTH)
    for key in KEYS:
        yield _subscribe("https://fcm.googleapis.com/x", key, AUTH)
        yield _subscribe("https://fcm.googleapis.com/x", P256DH, key)


def _subscribe(endpoint: str, p256dh: str, auth: str) -> dict[str, Any]:
    subscription = {"endpoint": endpoint, "keys": {"p256dh": p256dh, "auth": auth}}
    return {"id": str(uuid.uuid4()), "type": "subscribe", "subscription": subscription}


def odd_bodies(site: Site) -> Iterator[bytes]:
    good = json.dumps(body(site, event())).encode()
    for value in ODD_VALUES:
        yield json.dumps(value).encode()
        for field in ("site_key", "subscriber", "operations"):
            yield json.dumps(body(site, event(), **{field: value})).encode()
    yield from (good[:length] for length in range(0, len(good), 5))
    yield from (b"[" * 10**exponent for exponent in range(1, 6))
    yield from (b'{"a":' * 10**exponent for exponent in range(1, 5))
    yield from (
        b"\xff" + good,
        b"\xef\xbb\xbf" + good,
        good.decode().encode("utf-16"),
        good + b"\xc3\x28",
        b"\x00",
    )
    yield from (b'{"n": NaN}', b'{"n": -Infinity}', b'{"n": 1e999}', b'{"n": ' + b"9" * 5000 + b"}")
    yield json.dumps(body(site, *(event() for _ in range(501)))).encode()
    yield b'"' + b"x" * 600_000 + b'"'
    yield json.dumps(body(site, event(properties={"x": "y" * 600_000}))).encode()
    yield json.dumps({"site_key": site.public_key, "operations": [event()]}).encode()


def mangled_bodies(site: Site, count: int) -> Iterator[bytes]:
    """Good bodies with bytes struck by lightning."""
    dice = draw_chance("mangled bodies")
    good = json.dumps(body(site, event(properties={"a": [1, "two", None]}))).encode()
    for _ in range(count):
        raw = bytearray(good)
        for _ in range(dice.randint(1, 20)):
            raw[dice.randrange(len(raw))] = dice.randrange(256)
        yield bytes(raw)


def test_odd_operations_are_each_refused_with_a_reason_or_taken(site: Site) -> None:
    """Some of them are only odd (an event name of one space less); those are taken. Nothing else happens."""
    client = Client(raise_request_exception=False)
    answers = [post(body(site, operation), client) for operation in odd_operations()]

    assert len(answers) > 600
    assert {answer.status_code for answer in answers} == {202, 400}
    refused = [answer.json() for answer in answers if answer.status_code == 400]
    assert len(refused) > 450
    assert all(answer["rejected"][0]["error"].startswith("operations[0]: ") for answer in refused)
    assert InboxItem.objects.count() == len(answers) - len(refused)
    assert drain_inbox(now=NOW).failed == 0


def test_odd_bodies_are_refused_with_a_reason(site: Site) -> None:
    client = Client(raise_request_exception=False)
    answers = [post(raw, client) for raw in odd_bodies(site)]

    assert len(answers) > 200
    assert {answer.status_code for answer in answers} <= {400, 401, 413, 415}  # an empty body has no type
    assert all(answer.json()["error"] for answer in answers)
    assert not InboxItem.objects.exists()


@pytest.mark.law
def test_mangled_bodies_never_break_the_door(site: Site) -> None:
    client = Client(raise_request_exception=False)
    answers = [post(raw, client) for raw in mangled_bodies(site, count_cases(400))]

    assert {answer.status_code for answer in answers} <= {202, 400, 401}
    assert sum(answer.status_code != 202 for answer in answers) > 0.75 * len(answers)


@pytest.mark.parametrize("kind", ["application/xml", "multipart/form-data; boundary=x", "image/png", ""])
def test_other_kinds_of_content_are_refused(site: Site, kind: str) -> None:
    answer = post(body(site, event()), content_type=kind)

    assert answer.status_code == 415
    assert "application/json" in answer.json()["error"]


@pytest.mark.parametrize("length", ["-5", "0", "nonsense", "99999999999999999999"])
def test_a_false_content_length_is_refused(site: Site, length: str) -> None:
    assert post(body(site, event()), CONTENT_LENGTH=length).status_code in {400, 413}


@pytest.mark.parametrize("header", ["\0", "é" * 5000, "Mozilla/5.0 (" * 500, "x" * 100_000])
def test_odd_headers_are_no_reason_to_lose_a_request(site: Site, header: str) -> None:
    answer = post(
        body(site, subscribe()), HTTP_USER_AGENT=header, HTTP_X_FORWARDED_FOR=header, REMOTE_ADDR=header
    )

    assert answer.status_code == 202
    assert drain_inbox(now=NOW).failed == 0


@pytest.mark.parametrize("value", ODD_VALUES)
def test_an_odd_context_is_left_out_or_refused(site: Site, value: Any) -> None:
    inside = post(body(site, event(), context={"timezone": value, "language": value, "url": value}))
    itself = post(body(site, event(), context=value))

    assert inside.status_code == 202
    assert itself.status_code == (202 if isinstance(value, dict | None) else 400)
