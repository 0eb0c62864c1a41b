"""What sending is measured against: pywebpush in a loop with one session, and encryption alone, which nobody can do without."""

import base64
import json
import os
import time
from typing import NamedTuple

import requests
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pywebpush import WebPusher, webpush

from bench.delivery.sink import Sink
from campaigns.transports.encryption import encrypt
from subscribers.vapid import make_vapid_key

PAYLOAD = json.dumps({"carillon": 1, "title": "x" * 40, "body": "x" * 100, "rest": "x" * 300}).encode()


class Keys(NamedTuple):
    """Of a device, in base64url."""

    p256dh: str
    auth: str


class Speed(NamedTuple):
    """What so many messages took; in seconds, `cpu` of our processes and `database` of PostgreSQL's."""

    name: str
    messages: int
    took: float
    cpu: float
    database: float = 0.0

    @property
    def cpu_us(self) -> float:
        return self.cpu / self.messages * 1e6

    @property
    def per_core(self) -> float:
        """Messages a second of CPU."""
        return self.messages / self.cpu


def make_keys() -> Keys:
    point = ec.generate_private_key(ec.SECP256R1()).public_key()
    return Keys(
        _encode(point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)), _encode(os.urandom(16))
    )


def time_pywebpush(sink: Sink, keys: list[Keys], messages: int) -> Speed:
    """As its documentation has it, and with one session so that connections are kept."""
    private_key = make_vapid_key()
    session = requests.Session()
    session.trust_env = False  # or a certificate bundle named there would go before ours
    session.verify = sink.certificate
    began, began_cpu = time.perf_counter(), time.process_time()
    for number in range(messages):
        device = keys[number % len(keys)]
        response = webpush(
            {"endpoint": f"https://localhost:{sink.port}/push/{number}", "keys": device._asdict()},
            PAYLOAD,
            vapid_private_key=private_key,
            vapid_claims={"sub": "mailto:push@shop.example"},
            ttl=3600,
            requests_session=session,
        )
        assert response.status_code == 201
    return Speed(
        "pywebpush.webpush(), one session",
        messages,
        time.perf_counter() - began,
        time.process_time() - began_cpu,
    )


def time_encryption(keys: list[Keys], messages: int) -> Speed:
    """Ours (RFC 8291), one message after the other."""
    began, began_cpu = time.perf_counter(), time.process_time()
    for number in range(messages):
        encrypt(PAYLOAD, **keys[number % len(keys)]._asdict())
    return Speed(
        "encryption alone, ours", messages, time.perf_counter() - began, time.process_time() - began_cpu
    )


def time_their_encryption(keys: list[Keys], messages: int) -> Speed:
    began, began_cpu = time.perf_counter(), time.process_time()
    for number in range(messages):
        subscription = {"endpoint": "https://push.example/x", "keys": keys[number % len(keys)]._asdict()}
        WebPusher(subscription).encode(PAYLOAD, "aes128gcm")
    return Speed(
        "encryption alone, pywebpush", messages, time.perf_counter() - began, time.process_time() - began_cpu
    )


def _encode(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
