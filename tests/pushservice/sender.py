"""An application server as small as can be: a VAPID key, and pushes signed with it."""

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

import requests
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


class Sender:
    """Posts pushes to the service at `origin`."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.private_key = ec.generate_private_key(ec.SECP256R1())
        self.public_key = encode(
            self.private_key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        )

    def sign(self, **claims: Any) -> str:
        """An Authorization header; `claims` replace the right ones."""
        right = {"aud": self.origin, "exp": int(time.time()) + 3600, "sub": "mailto:push@shop.example"}
        header, payload = {"typ": "JWT", "alg": "ES256"}, right | claims
        signed = ".".join(encode(json.dumps(part).encode()) for part in (header, payload))
        r, s = utils.decode_dss_signature(self.private_key.sign(signed.encode(), ec.ECDSA(SHA256())))
        return f"vapid t={signed}.{encode(r.to_bytes(32) + s.to_bytes(32))}, k={self.public_key}"

    def push(
        self,
        endpoint: str = "",
        body: bytes = b"x" * 50,
        *,
        headers: Mapping[str, str | None] = {},
        timeout: float = 10,
    ) -> requests.Response:
        """Post a push that is right but for `headers`, which replace or (None) leave out the right ones."""
        right = {"TTL": "60", "Content-Encoding": "aes128gcm", "Authorization": self.sign()}
        kept = {name: value for name, value in (right | dict(headers)).items() if value is not None}
        return requests.post(
            endpoint or f"{self.origin}/push/test-a", data=body, headers=kept, timeout=timeout
        )


def encode(data: bytes) -> str:
    """Unpadded base64url."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()
