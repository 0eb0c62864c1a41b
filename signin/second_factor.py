"""Who has a second factor, and who must set one up before anything else."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings


def has_second_factor(user: Any) -> bool:
    """An authenticator app or a passkey; recovery codes alone are none."""
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return bool(user.is_authenticated and Authenticator.objects.filter(user=user, type__in=kinds).exists())


def must_set_up(user: Any) -> bool:
    return bool(settings.STAFF_MFA_REQUIRED and user.is_authenticated and not has_second_factor(user))


def remove_second_factors(user: Any) -> int:
    """For somebody who has lost theirs. How many there were."""
    return int(Authenticator.objects.filter(user=user).delete()[0])
