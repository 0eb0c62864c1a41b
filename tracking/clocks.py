"""Devices whose clocks are wrong: what they say about times is put right by how far they are off.

A client says when, by its own clock, it sends (`sent_at`). The difference to the server's clock then holds for every `at`
in the request, however long ago that was: what waited for days on the device was written down by the same clock.
"""

import datetime as dt
from typing import NamedTuple

from subscribers.instants import parse_instant

# So long may a request be under way: less is no error of a clock.
TOLERATED = dt.timedelta(seconds=5)


class Skew(NamedTuple):
    """How far behind a clock is (less than nothing: ahead), and what to say where that cannot be known."""

    behind: dt.timedelta = dt.timedelta()
    warning: str = ""


def measure_skew(sent_at: object, *, now: dt.datetime) -> Skew:
    if sent_at is None:
        return Skew()
    try:
        behind = now - parse_instant(sent_at)
    except ValueError as error:
        return Skew(warning=f"sent_at: {error}; times were taken as they are")
    return Skew(behind if abs(behind) > TOLERATED else dt.timedelta())


def correct(at: dt.datetime, skew: dt.timedelta) -> dt.datetime:
    """What the server's clock showed when the device's showed `at`. Raises ValueError where no clock shows that."""
    try:
        return at + skew
    except OverflowError:
        raise ValueError("must be a time that fits to sent_at") from None
