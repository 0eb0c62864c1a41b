"""Sessions of staff, with two ends: when nobody did anything for a while, and some hours after the log-in in any case."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.utils import timezone

from signin.models import StaffSession

BEGAN, SEEN, ADDRESS, BROWSER = "began_at", "seen_at", "address", "browser"
# What somebody does is noted at most so often: each time is a write.
NOTED_EVERY = dt.timedelta(minutes=1)


class SessionStore(db.SessionStore):
    """Django's, in a table that says whose each session is. What has come to its end is as good as not there."""

    @classmethod
    def get_model_class(cls) -> Any:
        return StaffSession

    def load(self) -> dict[str, Any]:
        kept: dict[str, Any] = super().load()
        if is_over(kept, now=timezone.now()):
            self._session_key = None
            return {}
        return kept

    def save(self, must_create: bool = False) -> None:
        kept = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        if SESSION_KEY in kept:
            now = timezone.now().timestamp()
            kept.setdefault(BEGAN, now)
            kept.setdefault(SEEN, now)
        super().save(must_create)

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        row: Any = super().create_model_instance(data)
        row.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        row.began_at = _read_moment(data.get(BEGAN))
        row.seen_at = _read_moment(data.get(SEEN))
        row.address = data.get(ADDRESS, "")
        row.browser = data.get(BROWSER, "")
        return row


def is_over(kept: dict[str, Any], *, now: dt.datetime) -> bool:
    """Whether a log-in has lasted too long, or nobody has used it for too long. Who is not logged in has no such ends."""
    if SESSION_KEY not in kept:
        return False
    began, seen = kept.get(BEGAN), kept.get(SEEN)
    idle, life = find_idle_time(), find_life()
    return (began is not None and now.timestamp() - began > life.total_seconds()) or (
        seen is not None and now.timestamp() - seen > idle.total_seconds()
    )


def note_activity(session: Any, *, now: dt.datetime) -> None:
    seen = session.get(SEEN)
    if seen is None or now.timestamp() - seen > NOTED_EVERY.total_seconds():
        session[SEEN] = now.timestamp()


def note_log_in(session: Any, *, address: str, browser: str, now: dt.datetime) -> None:
    """From here on the two ends are counted, also for whoever logs in again."""
    session.update({BEGAN: now.timestamp(), SEEN: now.timestamp(), ADDRESS: address, BROWSER: browser[:200]})


def find_idle_time() -> dt.timedelta:
    return dt.timedelta(minutes=settings.SESSION_IDLE_MINUTES)


def find_life() -> dt.timedelta:
    return dt.timedelta(hours=settings.SESSION_HOURS)


def _read_moment(stamp: float | None) -> dt.datetime | None:
    return None if stamp is None else dt.datetime.fromtimestamp(stamp, dt.UTC)
