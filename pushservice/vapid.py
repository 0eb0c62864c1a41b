"""Checks that a push was signed by the application server it claims to come from (RFC 8292)."""

import binascii
import json
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256

LONGEST_LIFE = timedelta(hours=24)  # RFC 8292, section 2
SIGNATURE_BYTES = 64  # r and s, 32 bytes each: RFC 7518, section 3.4


class VapidError(Exception):
    """The push is refused with `status`: 401 without credentials, 403 with wrong ones."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True, slots=True)
class Claims:
    """What a signed token says: the origin it is for, until when, and the raw public key that signed it."""

    audience: str
    expires_at: datetime
    key: bytes


def check_authorization(header: str | None, *, origin: str, key: bytes | None, now: datetime) -> Claims:
    """Accept the Authorization header of a push to `origin`, or raise VapidError.

    `key` is the public key the browser named when it subscribed; a push signed by any other is refused.
    """
    if not header:
        raise VapidError(401, "Authorization is missing; send 'vapid t=<token>, k=<public key>'.")
    claims = read_claims(header)
    if claims.audience != origin:
        raise VapidError(403, f"The token's aud is {claims.audience!r}; it should be {origin!r}.")
    if claims.expires_at <= now:
        raise VapidError(403, f"The token expired at {claims.expires_at.isoformat()}.")
    if claims.expires_at > now + LONGEST_LIFE:
        raise VapidError(403, "The token's exp is more than 24 hours away.")
    if key is not None and claims.key != key:
        raise VapidError(403, "This subscription belongs to another application server key.")
    return claims


@lru_cache(maxsize=1024)  # senders reuse one header for hours; verifying costs more than the rest of a push
def read_claims(header: str) -> Claims:
    """The claims of a header whose signature is right; VapidError otherwise."""
    token, key = _split_header(header)
    try:
        signed, _, signature = token.rpartition(".")
        key_bytes = decode_base64url(key)
        _verify_signature(key_bytes, decode_base64url(signature), signed.encode())
        token_header, _, payload = signed.partition(".")
        if json.loads(decode_base64url(token_header))["alg"] != "ES256":
            raise VapidError(403, "The token's alg should be ES256.")
        claims = json.loads(decode_base64url(payload))
        return Claims(str(claims["aud"]), datetime.fromtimestamp(int(claims["exp"]), UTC), key_bytes)
    except InvalidSignature as error:
        raise VapidError(403, "The token's signature does not match the key k.") from error
    except (ValueError, KeyError, TypeError, OverflowError, OSError, RecursionError) as error:
        raise VapidError(403, "The token is not a signed JSON Web Token with aud and exp.") from error


def decode_base64url(text: str) -> bytes:
    """Decode base64url with or without padding; ValueError for anything else."""
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise ValueError(f"not base64url: {error}") from error


def _split_header(header: str) -> tuple[str, str]:
    scheme, _, rest = header.strip().partition(" ")
    if scheme.lower() != "vapid":
        raise VapidError(401, "The Authorization scheme should be vapid.")
    fields = dict(part.strip().partition("=")[::2] for part in rest.split(","))
    if not fields.get("t") or not fields.get("k"):
        raise VapidError(403, "The vapid credentials should hold both t=<token> and k=<public key>.")
    return fields["t"], fields["k"]


def _verify_signature(key: bytes, signature: bytes, signed: bytes) -> None:
    if len(signature) != SIGNATURE_BYTES:
        raise InvalidSignature
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    public_key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
    public_key.verify(utils.encode_dss_signature(r, s), signed, ec.ECDSA(SHA256()))
