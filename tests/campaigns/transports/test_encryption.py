"""Encryption: what a device can read, held against the library that browsers' vendors point at."""

import os

import http_ece
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.transports.encryption import BadKeysError, encrypt
from pushservice.devices import Device

DEVICE = Device.create(origin="https://push.example")
KEYS = DEVICE.subscription["keys"]


@given(st.binary(max_size=3993))
def test_the_device_reads_what_was_encrypted_for_it(payload: bytes) -> None:
    assert DEVICE.decrypt(encrypt(payload, **KEYS)) == payload


def test_another_device_reads_nothing() -> None:
    other = Device.create(origin="https://push.example")
    with pytest.raises(http_ece.ECEException):
        other.decrypt(encrypt(b"secret", **KEYS))


def test_the_same_message_looks_different_each_time() -> None:
    first, second = encrypt(b"same", **KEYS), encrypt(b"same", **KEYS)
    assert first[:16] != second[:16]  # the salt
    assert first[21:86] != second[21:86]  # the sender's key
    assert first[86:] != second[86:]


def test_the_header_is_that_of_one_record_with_the_senders_key() -> None:
    body = encrypt(b"x" * 100, **KEYS)
    assert body[16:21] == (4096).to_bytes(4, "big") + bytes([65])
    assert len(body) == 86 + 100 + 1 + 16


def test_padding_of_the_keys_makes_no_difference() -> None:
    padded = {name: key + "=" * (-len(key) % 4) for name, key in KEYS.items()}
    assert DEVICE.decrypt(encrypt(b"hello", **padded)) == b"hello"


@pytest.mark.parametrize(
    "keys",
    [
        {"p256dh": ""},
        {"p256dh": "AAAA"},
        {"p256dh": "B" + "A" * 86},
        {"p256dh": "é"},
        {"p256dh": KEYS["p256dh"] + "AAAA"},
        {"auth": ""},
        {"auth": "short"},
        {"auth": KEYS["auth"] + "AA"},
    ],
)
def test_keys_that_are_none_are_refused(keys: dict[str, str]) -> None:
    with pytest.raises(BadKeysError):
        encrypt(os.urandom(20), **{**KEYS, **keys})
