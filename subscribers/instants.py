"""Moments as strangers write them: ISO 8601, as UTC, and within bounds in which every sum with them is a moment, too."""

import datetime as dt

EARLIEST = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)
LATEST = dt.datetime(2200, 1, 1, tzinfo=dt.UTC)
EXAMPLE = "2026-11-21T10:00:00Z"


def parse_instant(value: object) -> dt.datetime:
    """What the text says, in UTC where it names no offset. Raises ValueError with a sentence; bounds are not looked at."""
    try:
        instant = dt.datetime.fromisoformat(value) if isinstance(value, str) else None
        if instant is not None:
            return (instant if instant.tzinfo else instant.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        pass
    raise ValueError(f"must be a date and time like {EXAMPLE}")


def check_instant(instant: dt.datetime, *, earliest: dt.datetime = EARLIEST) -> dt.datetime:
    """The instant, if it is one that we can count with. Raises ValueError with a sentence."""
    if instant < earliest:
        raise ValueError(f"must be in the year {earliest.year} or later")
    if instant >= LATEST:
        raise ValueError(f"must be before the year {LATEST.year}")
    return instant


def read_instant(value: object, *, earliest: dt.datetime = EARLIEST) -> dt.datetime:
    return check_instant(parse_instant(value), earliest=earliest)
