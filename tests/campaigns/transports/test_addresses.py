"""Addresses: only machines on the public internet are connected to."""

import pytest

from campaigns.transports.addresses import is_loopback, is_public


@pytest.mark.parametrize("address", ["142.250.185.10", "2a00:1450:4001:82b::200a", "64:ff9b::8efa:b90a"])
def test_machines_on_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fd00::1", "ff02::1", "::ffff:10.0.0.1",
        "64:ff9b::a00:1", "64:ff9b:1::a00:1", "2002:a00:1::1", "2001:0:a00:1::1", "not an address",
    ],
)  # fmt: skip
def test_what_lies_in_somebodys_own_network_is_not(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("10.0.0.1", False),
    ],
)
def test_loopback_is_this_machine_alone(address: str, expected: bool) -> None:
    assert is_loopback(address) is expected
