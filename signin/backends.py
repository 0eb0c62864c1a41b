"""Who a name, or an e-mail address, and a password belong to."""

from __future__ import annotations

import string
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db.models import Q

_SMALL = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


class PasswordBackend(AuthenticationBackend):
    """Takes a name or an e-mail address. Every try costs exactly one password check, whether there is such an account or not."""

    def _authenticate(self, request: Any, **credentials: Any) -> User | None:
        login = credentials.get("username") or credentials.get("email") or ""
        user = find_user(login)
        checked: User | None = self._check_password(user, credentials.get("password") or "")
        return checked


def fold(text: str) -> str:
    """Small letters for A to Z and for no others: `ſ` and the Kelvin sign become an s and a k elsewhere, and somebody else."""
    return text.translate(_SMALL)


def find_user(login: str) -> User | None:
    """By name; else by an e-mail address that one active person alone has."""
    wanted = fold(login)
    found = list(get_user_model().objects.filter(Q(username__iexact=login) | Q(email__iexact=login))[:20])
    # The database's idea of the same letters is wider than ours: what was typed must be it.
    named = [user for user in found if fold(user.username) == wanted]
    exact = [user for user in named if user.username == login]
    mailed = [user for user in found if fold(user.email) == wanted]
    active = [user for user in mailed if user.is_active]
    for choice in (exact, named, active, mailed):
        if len(choice) == 1:
            return choice[0]
    return None


def find_by_email(email: str) -> list[User]:
    """Active people with that e-mail address."""
    found = get_user_model().objects.filter(email__iexact=email, is_active=True)[:20]
    return [user for user in found if fold(user.email) == fold(email)]
