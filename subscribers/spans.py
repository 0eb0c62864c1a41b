"""Lengths of time as people say them."""

import datetime as dt

_UNITS = (("week", 604_800), ("day", 86_400), ("hour", 3600), ("minute", 60))


def describe_span(span: dt.timedelta) -> str:
    """“1 day”, “90 minutes”."""
    seconds = int(span.total_seconds())
    for unit, size in _UNITS:
        if seconds % size == 0:
            count = seconds // size
            return f"{count:,} {unit}" if count == 1 else f"{count:,} {unit}s"
    return f"{seconds:,} seconds"
