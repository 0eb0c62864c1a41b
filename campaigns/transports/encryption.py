"""Encrypting a message so that one device alone can read it (RFC 8291: aes128gcm of RFC 8188, in one record)."""

import functools
import os
from binascii import a2b_base64
from hmac import digest

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_CURVE = ec.SECP256R1()
_ECDH = ec.ECDH()
_POINT, _AUTH = 65, 16  # bytes: an uncompressed point on P-256; the device's secret
# Of the header: the size of the one record (4,096), and the length of the sender's key that follows it.
_RECORD = b"\x00\x00\x10\x00\x41"
_FROM_URL = bytes.maketrans(b"-_", b"+/")
_LAST = b"\x02"  # ends the last record, without padding


class BadKeysError(ValueError):
    """A device's keys cannot be used to encrypt."""


def encrypt(payload: bytes, *, p256dh: str, auth: str) -> bytes:
    """The body of a push; BadKeysError if the device's keys (base64url) are not valid.

    The sender's key is drawn anew for each message, as RFC 8291 (section 3.1) has it.
    """
    device_key, secret = _decode(p256dh, _POINT), _decode(auth, _AUTH)
    sender = ec.generate_private_key(_CURVE)
    sender_key = sender.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    try:
        device = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, device_key)
    except ValueError as error:
        raise BadKeysError("The device's keys are not valid.") from error
    salt = os.urandom(16)
    key, nonce = _derive(sender.exchange(_ECDH, device), secret, device_key + sender_key, salt)
    return salt + _RECORD + sender_key + AESGCM(key).encrypt(nonce, payload + _LAST, None)


def _derive(shared: bytes, secret: bytes, keys: bytes, salt: bytes) -> tuple[bytes, bytes]:
    """Key and nonce: HKDF (RFC 5869), where every output fits into the first block."""
    input_key = _hmac(_hmac(secret, shared), b"WebPush: info\x00" + keys + b"\x01")
    derived = _hmac(salt, input_key)
    key = _hmac(derived, b"Content-Encoding: aes128gcm\x00\x01")[:16]
    return key, _hmac(derived, b"Content-Encoding: nonce\x00\x01")[:12]


_hmac = functools.partial(digest, digest="sha256")


def _decode(text: str, length: int) -> bytes:
    """Base64url, with its padding or without."""
    try:
        decoded = a2b_base64(text.encode("ascii").translate(_FROM_URL) + b"==")
    except ValueError as error:
        raise BadKeysError("The device's keys are not valid.") from error
    if len(decoded) != length:
        raise BadKeysError("The device's keys are not valid.")
    return decoded
