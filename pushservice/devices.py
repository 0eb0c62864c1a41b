"""Make-believe devices: subscriptions like a browser's, with the keys to read what is sent to them."""

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from random import Random
from secrets import token_bytes
from typing import Any, Self

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

AUTH_BYTES = 16  # RFC 8291, section 3.2
TOKEN_BYTES = 16
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # FIPS 186-4, D.1.2.3


@dataclass(frozen=True, slots=True)
class Device:
    """One subscribed device that nobody holds in their hands."""

    endpoint: str
    private_key: ec.EllipticCurvePrivateKey
    auth: bytes

    @classmethod
    def create(cls, *, origin: str, prefix: str = "demo", random: Random | None = None) -> Self:
        """A new device of the push service at `origin`, whose token begins with `prefix` and a hyphen.

        With `random`, the same seed gives the same devices. Anyone who knows the seed can then read their
        messages, so such keys are for demos and tests only.
        """
        if random is None:
            private_key, secret = (
                ec.generate_private_key(ec.SECP256R1()),
                token_bytes(AUTH_BYTES + TOKEN_BYTES),
            )
        else:
            private_key = ec.derive_private_key(random.randrange(1, P256_ORDER), ec.SECP256R1())
            secret = random.randbytes(AUTH_BYTES + TOKEN_BYTES)
        token = f"{prefix}-{encode_base64url(secret[AUTH_BYTES:])}"
        return cls(f"{origin}/push/{token}", private_key, secret[:AUTH_BYTES])

    @property
    def token(self) -> str:
        """The last part of the endpoint, by which `/control/…` knows the device."""
        return self.endpoint.rpartition("/")[2]

    @property
    def subscription(self) -> dict[str, Any]:
        """What the browser's `PushSubscription.toJSON()` would give."""
        public_key = self.private_key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {
            "endpoint": self.endpoint,
            "keys": {"p256dh": encode_base64url(public_key), "auth": encode_base64url(self.auth)},
        }

    def decrypt(self, body: bytes) -> bytes:
        """The message in an aes128gcm body (RFC 8291); http_ece.ECEException if it was not meant for this device."""
        message: bytes = http_ece.decrypt(
            body, private_key=self.private_key, auth_secret=self.auth, version="aes128gcm"
        )
        return message


def encode_base64url(data: bytes) -> str:
    """Unpadded base64url, as browsers write keys."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()
