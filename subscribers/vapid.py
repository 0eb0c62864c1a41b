"""A site's key pair for VAPID (RFC 8292): P-256, kept and shown as unpadded base64url."""

import base64

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def make_vapid_key() -> str:
    """A new private key: the 32-byte number in base64url, as push libraries expect it."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return _to_base64url(number.to_bytes(32, "big"))


def read_public_key(private_key: str) -> str:
    """The 65-byte uncompressed public point in base64url: the `applicationServerKey` of a page."""
    raw = base64.urlsafe_b64decode(private_key + "=" * (-len(private_key) % 4))
    key = ec.derive_private_key(int.from_bytes(raw, "big"), ec.SECP256R1())
    return _to_base64url(key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def _to_base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
