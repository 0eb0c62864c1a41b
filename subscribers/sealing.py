"""Secrets at rest: sealed with a key that is not in the database, so that a copy of it alone gives nothing away.

`SECRETS_KEYS` are any long texts, the newest first: it seals, all open. Last of all SECRET_KEY and its former ones open,
and seal where no other key is set. Each purpose has keys of its own, so that what is sealed for one opens for no other.
"""

import base64
import functools
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

MARK = "sealed:1:"


class UnreadableSecretError(Exception):
    """None of the keys opens it."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what} cannot be read: it was sealed with a key that is neither in SECRETS_KEYS nor in SECRET_KEY or "
            "SECRET_KEY_FALLBACKS. Put the former key back there."
        )


class Secret:
    """A secret as models hold it: it opens only for whoever asks, and shows nothing in logs, pages of errors or shells."""

    __slots__ = ("_purpose", "_text")

    def __init__(self, text: str, purpose: str) -> None:
        """`text`: as it lies in the database, or, if it is new, as it is."""
        self._text, self._purpose = text, purpose

    def reveal(self) -> str:
        """Raises UnreadableSecretError."""
        return unseal(self._text, self._purpose) if is_sealed(self._text) else self._text

    @property
    def stored(self) -> str:
        """As it lies in the database: sealed, or plain if it is from before secrets were sealed."""
        return self._text

    @property
    def sealed(self) -> str:
        """For the database. What is sealed already stays as it is, even if nobody can read it any more."""
        return self._text if is_sealed(self._text) else seal(self._text, self._purpose)

    @property
    def is_readable(self) -> bool:
        try:
            self.reveal()
        except UnreadableSecretError:
            return False
        return True

    def __repr__(self) -> str:
        return "<secret>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and (self._text, self._purpose) == (other._text, other._purpose)

    def __hash__(self) -> int:
        return hash((self._text, self._purpose))


def is_sealed(text: str) -> bool:
    return text.startswith(MARK)


def seal(text: str, purpose: str) -> str:
    return MARK + _list_locks(purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, purpose: str) -> str:
    try:
        return _list_locks(purpose).decrypt(sealed.removeprefix(MARK).encode()).decode()
    except InvalidToken:
        raise UnreadableSecretError(purpose[:1].upper() + purpose[1:]) from None


def seal_anew(sealed: str, purpose: str) -> str | None:
    """With the newest key; None: it is already."""
    newest = _make_lock(list_keys()[0], purpose)
    if is_sealed(sealed):
        try:
            newest.decrypt(sealed.removeprefix(MARK).encode())
        except InvalidToken:
            return seal(unseal(sealed, purpose), purpose)
        return None
    return seal(sealed, purpose)


def list_keys() -> list[str]:
    return [*settings.SECRETS_KEYS, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def _list_locks(purpose: str) -> MultiFernet:
    return MultiFernet([_make_lock(key, purpose) for key in list_keys()])


@functools.lru_cache(maxsize=64)
def _make_lock(key: str, purpose: str) -> Fernet:
    info = f"carillon secrets: {purpose}".encode()
    derived = HKDF(SHA256(), length=32, salt=None, info=info).derive(hashlib.sha256(key.encode()).digest())
    return Fernet(base64.urlsafe_b64encode(derived))
