"""Which push addresses and keys we take, and post to. They come from browsers, so from strangers."""

import base64
import binascii
import re
from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from django.conf import settings

LONGEST_ENDPOINT = 2000
# Strict on purpose: a URL that two parsers could read differently (backslashes, user names, odd ports, IP literals,
# trailing dots) is refused as a whole.
HTTPS = re.compile(r"https://((?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*)(?::443)?/[!-\[\]-~]*")
LOOPBACK = re.compile(r"(http://([a-z0-9.\[\]:-]+:\d{1,5}))/[!-\[\]-~]*")


class PushAddressError(ValueError):
    """An endpoint or key that we do not take; the message says what would be right."""


def find_push_origin(endpoint: str, *, hosts: Sequence[str], loopback_hosts: Sequence[str]) -> str:
    """The origin of an endpoint that may be posted to; PushAddressError for every other.

    `hosts` are names of push services; a leading dot stands for any subdomain. `loopback_hosts` are exact
    `host:port` pairs that may be plain http. Where a name leads is looked at when it is connected to
    (campaigns/transports/addresses.py).
    """
    if match := HTTPS.fullmatch(endpoint):
        host = match[1]
        if any(_covers(allowed, host) for allowed in hosts):
            return f"https://{host}"
    elif (match := LOOPBACK.fullmatch(endpoint)) and match[2] in loopback_hosts:
        return match[1]
    raise PushAddressError(
        "must be an https address at a push service that this server knows (setting PUSH_HOSTS)"
    )


def check_endpoint(endpoint: str) -> None:
    """Refuse at the door what we would not post to later."""
    if len(endpoint) > LONGEST_ENDPOINT:
        raise PushAddressError(f"must have at most {LONGEST_ENDPOINT} characters")
    find_push_origin(endpoint, hosts=settings.PUSH_HOSTS, loopback_hosts=settings.PUSH_LOOPBACK_HOSTS)


def check_keys(p256dh: str, auth: str) -> None:
    """Refuse keys with which no message can be encrypted (RFC 8291: an uncompressed P-256 point and 16 bytes)."""
    try:
        point = _decode(p256dh)
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)
    except ValueError:
        point = b""
    if len(point) != 65:
        raise PushAddressError("p256dh must be an uncompressed point on P-256 in base64url (RFC 8291)")
    try:
        length = len(_decode(auth))
    except ValueError:
        length = 0
    if length != 16:
        raise PushAddressError("auth must be 16 bytes in base64url (RFC 8291)")


def _covers(allowed: str, host: str) -> bool:
    return host.endswith(allowed) if allowed.startswith(".") else host == allowed


def _decode(text: str) -> bytes:
    """Base64url with its padding or without; anything longer would be the same bytes under another name."""
    bare = text.rstrip("=")
    padded = bare + "=" * (-len(bare) % 4)
    if text not in {bare, padded}:
        raise ValueError("not base64url")
    try:
        return base64.b64decode(padded, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("not base64url") from None
