"""Which push addresses we are willing to post to. They come from browsers, so from strangers."""

import base64
import binascii
import re

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from django.conf import settings

LONGEST_ENDPOINT = 2000
PLAIN_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]+|\[[0-9a-f:]+\])(:(?P<port>\d{1,5}))?/[!-\[\]-~]*", re.ASCII
)


class PushAddressError(ValueError):
    """An endpoint or key that we do not take; the message says what would be right."""


def check_endpoint(endpoint: str) -> None:
    """Refuse all but https addresses at push services known to us (PUSH_HOSTS, PUSH_LOOPBACK_HOSTS).

    Whatever two parsers of URLs could read differently (user names, backslashes, spaces) is refused as a whole.
    """
    found = PLAIN_ADDRESS.fullmatch(endpoint)
    if not found or len(endpoint) > LONGEST_ENDPOINT:
        raise PushAddressError(f"must be a plain https address of at most {LONGEST_ENDPOINT} characters")
    scheme, host, port = found["scheme"], found["host"], found["port"]
    if f"{host}:{port}" in settings.PUSH_LOOPBACK_HOSTS:
        return
    if scheme != "https" or port not in {None, "443"} or not _is_push_host(host):
        raise PushAddressError("is not at a push service that this server knows (setting PUSH_HOSTS)")


def check_keys(p256dh: str, auth: str) -> None:
    """Refuse keys with which no message can be encrypted (RFC 8291: a P-256 point and 16 bytes)."""
    try:
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), _decode(p256dh))
    except ValueError:
        raise PushAddressError("p256dh must be a point on P-256 in base64url (RFC 8291)") from None
    try:
        length = len(_decode(auth))
    except ValueError:
        length = 0
    if length != 16:
        raise PushAddressError("auth must be 16 bytes in base64url (RFC 8291)")


def _is_push_host(host: str) -> bool:
    return any(
        host.endswith(known) if known.startswith(".") else host == known for known in settings.PUSH_HOSTS
    )


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(
            text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True
        )
    except (binascii.Error, ValueError):
        raise ValueError("not base64url") from None
