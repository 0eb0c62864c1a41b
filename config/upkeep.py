"""What has to be right around the stages: the weeks of the event log reach far ahead, and all machines' clocks agree."""

import datetime as dt

from django.conf import settings

from config.pressure import Pressure
from subscribers.clocks import is_astray, list_astray, measure_lead, say_lead
from subscribers.sealed_fields import list_unreadable
from tracking.models import Event
from tracking.partitions import find_last_week, list_partitions

WEEK = dt.timedelta(weeks=1)


def read_upkeep(*, now: dt.datetime) -> dict[str, Pressure]:
    return {"weeks": _read_weeks(now), "clocks": _read_clocks(), "secrets": _read_secrets()}


def _read_weeks(now: dt.datetime) -> Pressure:
    """Slow as soon as a third of the margin is used up: days before anything is the worse for it."""
    starts = list_partitions().values()
    last = find_last_week(starts, now=now)
    if last is None:
        in_use = bool(starts) or Event.objects.exists()
        return Pressure(in_use, "The event log has no table for this week", {"weeks_ahead": None})
    ahead = (last + WEEK - now) / WEEK
    is_slow = ahead < settings.EVENT_WEEKS_AHEAD * 2 / 3
    return Pressure(is_slow, f"Weeks reach until {last + WEEK:%-d %B %Y}", {"weeks_ahead": round(ahead, 1)})


def _read_secrets() -> Pressure:
    """What cannot be read concerns its site alone, so no reason to send visitors elsewhere."""
    unreadable = list_unreadable()
    if unreadable:
        named = "; ".join(unreadable[:5])
        detail = f"No key in SECRETS_KEYS or SECRET_KEY opens {named}"
    else:
        detail = "All can be read"
    return Pressure(bool(unreadable), detail, {"unreadable": len(unreadable)})


def _read_clocks() -> Pressure:
    """This machine's own is in error; that of another one is its own affair, so no reason to send visitors elsewhere."""
    lead = measure_lead()
    figures: dict[str, float | None] = {"ahead_seconds": round(lead.total_seconds(), 3)}
    if is_astray(lead):
        return Pressure(True, f"This machine's clock is {say_lead(lead)}", figures, is_wrong=True)
    if others := list_astray():
        named = "; ".join(f"that of {other.machine} is {say_lead(other.ahead)}" for other in others)
        return Pressure(True, f"Clocks differ: {named}, so it is given no jobs", figures)
    return Pressure(False, "Clocks agree", figures)
