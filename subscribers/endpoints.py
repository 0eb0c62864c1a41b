"""Which push addresses we are willing to post to. They come from browsers, so from strangers."""

import base64
import binascii
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from django.conf import settings

LONGEST_ENDPOINT = 2000


class PushAddressError(ValueError):
    """An endpoint or key that we do not take; the message says what would be right."""


def check_endpoint(endpoint: str) -> None:
    """Refuse all but https addresses at push services known to us (PUSH_HOSTS, PUSH_LOOPBACK_HOSTS)."""
    try:
        parts = urlsplit(endpoint)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise PushAddressError("is not an address") from None
    if (
        len(endpoint) > LONGEST_ENDPOINT
        or not endpoint.isascii()
        or not endpoint.isprintable()
        or " " in endpoint
    ):
        raise PushAddressError(f"must be a plain address of at most {LONGEST_ENDPOINT} characters")
    if parts.scheme in {"http", "https"} and f"{host}:{port}" in settings.PUSH_LOOPBACK_HOSTS:
        return
    if parts.scheme != "https":
        raise PushAddressError("must begin with https://")
    if parts.username is not None or port not in {None, 443} or not _is_push_host(host):
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
