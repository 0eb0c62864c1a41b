"""Writes a GeoIP file with one network in it (MaxMind DB format 2.0), since real ones may not be copied."""

import ipaddress
import struct
from pathlib import Path
from typing import Any

MARKER = b"\xab\xcd\xefMaxMind.com"


def write_geoip_file(path: Path, network: str, record: dict[str, Any], *, database_type: str) -> None:
    """`network` (IPv4) leads to `record`; every other address to nothing."""
    net = ipaddress.IPv4Network(network)
    bits = [int(net.network_address) >> (31 - depth) & 1 for depth in range(net.prefixlen)]
    count = len(bits)
    tree = b""
    for depth, bit in enumerate(bits):
        leaf = count + 16  # the first record of the data section, after its separator of 16 bytes
        pair = [count, count]  # a record that equals the number of nodes: nothing here
        pair[bit] = depth + 1 if depth + 1 < count else leaf
        tree += b"".join(target.to_bytes(3, "big") for target in pair)
    metadata = {
        "binary_format_major_version": _uint16(2),
        "binary_format_minor_version": _uint16(0),
        "build_epoch": bytes([8, 9 - 7]) + (1).to_bytes(8, "big"),
        "database_type": database_type,
        "description": {"en": "test"},
        "ip_version": _uint16(4),
        "languages": ["en"],
        "node_count": bytes([6 << 5 | 4]) + count.to_bytes(4, "big"),
        "record_size": _uint16(24),
    }
    path.write_bytes(tree + bytes(16) + _encode(record) + MARKER + _encode(metadata))


def _uint16(value: int) -> bytes:
    return bytes([5 << 5 | 2]) + value.to_bytes(2, "big")


def _encode(value: Any) -> bytes:
    if isinstance(value, str):
        raw = value.encode()
        return bytes([2 << 5 | len(raw)]) + raw  # texts here are shorter than 29 bytes
    if isinstance(value, float):
        return bytes([3 << 5 | 8]) + struct.pack(">d", value)
    if isinstance(value, bytes):
        return value  # already encoded
    if isinstance(value, list):
        return bytes([len(value), 11 - 7]) + b"".join(_encode(item) for item in value)
    return bytes([7 << 5 | len(value)]) + b"".join(
        _encode(key) + _encode(item) for key, item in value.items()
    )
