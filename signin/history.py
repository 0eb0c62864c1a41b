"""What is written down of log-ins: who came and went, who could not, and what changed about how they come in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest

from access.audit import Target, record

_PERSON = "auth.user"


def note(request: HttpRequest, action: str, about: Any = None, **facts: Any) -> None:
    """An entry of the audit log, about a person or an invitation. No password and no code is ever among the facts."""
    target = (
        Target(_PERSON, str(about.pk), about.get_username()) if isinstance(about, AbstractBaseUser) else about
    )
    record(request, action, target, **facts)
