"""Make-believe devices are subscribed and read their messages like real ones."""

from base64 import urlsafe_b64decode
from random import Random

import http_ece
import pytest
import requests
from pywebpush import WebPusher

from pushservice.devices import Device
from tests.pushservice.sender import Sender

ORIGIN = "http://localhost:8001"


def test_a_device_reads_what_pywebpush_encrypts_for_it() -> None:
    device = Device.create(origin=ORIGIN)
    body = WebPusher(device.subscription).encode("Grüße 🔔".encode())["body"]
    assert device.decrypt(body).decode() == "Grüße 🔔"


def test_a_device_cannot_read_what_is_meant_for_another() -> None:
    device, other = Device.create(origin=ORIGIN), Device.create(origin=ORIGIN)
    body = WebPusher(other.subscription).encode(b"secret")["body"]
    with pytest.raises(http_ece.ECEException):
        device.decrypt(body)


def test_a_subscription_has_a_browsers_shape() -> None:
    device = Device.create(origin=ORIGIN, prefix="test")
    keys = device.subscription["keys"]
    assert device.subscription["endpoint"] == f"{ORIGIN}/push/{device.token}"
    assert device.token.startswith("test-")
    assert len(urlsafe_b64decode(keys["p256dh"] + "=")) == 65
    assert len(urlsafe_b64decode(keys["auth"] + "==")) == 16


def test_the_same_seed_gives_the_same_devices() -> None:
    twins = [
        [Device.create(origin=ORIGIN, random=random) for _ in range(3)] for random in (Random(7), Random(7))
    ]
    assert [d.subscription for d in twins[0]] == [d.subscription for d in twins[1]]
    assert len({d.token for d in twins[0]}) == 3


def test_what_the_service_received_can_be_decrypted_by_the_device(sender: Sender) -> None:
    device = Device.create(origin=sender.origin, prefix="test")
    sender.push(device.endpoint, WebPusher(device.subscription).encode(b"hello")["body"])
    query = {"token": device.token}
    (received,) = requests.get(f"{sender.origin}/control/received", params=query, timeout=10).json()
    assert device.decrypt(urlsafe_b64decode(received["body"] + "==")) == b"hello"
