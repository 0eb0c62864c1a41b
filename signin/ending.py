"""Which sessions go on, and ending them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from signin.models import StaffSession
from signin.sessions import find_idle_time, find_life


def list_open(users: Sequence[int], *, now: dt.datetime) -> list[StaffSession]:
    """Of these people, the newest first."""
    rows = StaffSession.objects.filter(user__in=users, expire_date__gt=now)
    rows = rows.filter(began_at__gt=now - find_life(), seen_at__gt=now - find_idle_time())
    return list(rows.order_by("-seen_at"))


def end_sessions(sessions: Iterable[StaffSession]) -> int:
    return StaffSession.objects.filter(pk__in=[row.pk for row in sessions]).delete()[0]


def forget_ended(*, now: dt.datetime) -> int:
    """Rows of sessions that are over: nothing else takes them away."""
    return StaffSession.objects.filter(expire_date__lte=now).delete()[0]


def end_all_sessions(users: Sequence[int]) -> int:
    """Also those of which nothing but the owner is known."""
    return StaffSession.objects.filter(user__in=users).delete()[0]
