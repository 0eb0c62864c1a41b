"""What a second factor is checked with (seeds of authenticator apps and of recovery codes) lies sealed in allauth's table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction

from subscribers.sealed_fields import KeptSecret
from subscribers.sealing import Secret, seal

PURPOSE = "second factor"
# Under which names allauth keeps them: of an app, of recovery codes, of recovery codes of other programs (a list).
_NAMES = ("secret", "seed", "migrated_codes")
# Passkeys are public keys: there is nothing to seal.
_KINDS = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)


def seal_factor(text: str) -> str:
    return seal(text, PURPOSE)


def read_factor(text: str) -> str:
    """One from before they were sealed is read as it is. Raises UnreadableSecretError."""
    return Secret(text, PURPOSE).reveal()


def list_factors() -> Iterator[KeptSecret]:
    """Named by SECRETS_ELSEWHERE, so that they are sealed anew, and told of where no key opens them, like all others."""
    for row in Authenticator.objects.filter(type__in=_KINDS).select_related("user").order_by("pk"):
        owner = f"{row.user} ({row})"
        for path in _list_paths(row.data):
            yield _find_factor(row.pk, owner, path, _get(row.data, path))


def _find_factor(pk: int, owner: str, path: tuple[Any, ...], before: str) -> KeptSecret:
    def replace(after: str) -> int:
        """Codes that are used meanwhile are noted in the same value, so it is read again."""
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().filter(pk=pk).first()
            if row is None or path not in _list_paths(row.data) or _get(row.data, path) != before:
                return 0
            _get(row.data, path[:-1])[path[-1]] = after
            row.save(update_fields=["data"])
            return 1

    return KeptSecret(owner, Secret(before, PURPOSE), PURPOSE, replace)


def _list_paths(data: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Where texts to be sealed lie in what allauth keeps of one factor."""
    found: list[tuple[Any, ...]] = []
    for name in _NAMES:
        value = data.get(name)
        if isinstance(value, list):
            found += [(name, number) for number, each in enumerate(value) if isinstance(each, str)]
        elif isinstance(value, str):
            found.append((name,))
    return found


def _get(data: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        data = data[step]
    return data
