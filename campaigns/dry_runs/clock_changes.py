"""What happens where clocks are changed at the very hour at which people are due."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

from campaigns.dry_runs.summary import ClockChange
from campaigns.models import Campaign
from campaigns.schedule import is_by_local_time, resolve_local_time
from subscribers.timezones import load_zone

_NAMED = 3  # zones in a sentence


class _Change(NamedTuple):
    """What clocks do with the campaign's hour on a day; `shown` is the time at which it comes instead."""

    day: dt.date
    kind: str
    shown: dt.time


def find_clock_changes(campaign: Campaign, due: Mapping[tuple[dt.datetime, str], int]) -> list[ClockChange]:
    """The changes of clocks that decide when those due at these instants, in these zones, get the campaign."""
    if not is_by_local_time(campaign) or campaign.local_time is None:
        return []
    zones: defaultdict[_Change, dict[str, int]] = defaultdict(dict)
    for (at, zone), people in due.items():
        change = _find_change(at, campaign.local_time, load_zone(zone))
        if change is not None:
            zones[change][zone] = people
    return [
        ClockChange(
            kind=change.kind,
            zones=sorted(found),
            people=sum(found.values()),
            sentence=_write_sentence(change, campaign.local_time, found),
        )
        for change, found in sorted(zones.items())
    ]


def _find_change(at: dt.datetime, time: dt.time, zone: ZoneInfo) -> _Change | None:
    local = at.astimezone(zone)
    if resolve_local_time(local.date(), time, zone) != at:
        return None  # due at another time than the campaign's own: late, deferred or with the winner
    if local.time() != time:
        return _Change(local.date(), "skipped", local.time())
    second = dt.datetime.combine(local.date(), time, zone).replace(fold=1).astimezone(dt.UTC)
    return _Change(local.date(), "twice", time) if second != at else None


def _write_sentence(change: _Change, time: dt.time, zones: Mapping[str, int]) -> str:
    where, day = _name_zones(zones), f"{change.day:%-d %B %Y}"
    count = sum(zones.values())
    people = f"the {count:,} people there get" if count > 1 else "the one person there gets"
    if change.kind == "skipped":
        return f"Clocks in {where} skip {time:%H:%M} on {day}: {people} it at {change.shown:%H:%M}."
    return f"Clocks in {where} show {time:%H:%M} twice on {day}: {people} it the first time."


def _name_zones(zones: Mapping[str, int]) -> str:
    """Those with the most people by name, the others by number."""
    names = sorted(zones, key=lambda zone: (-zones[zone], zone))
    return " and ".join(_shorten(names)) if len(names) <= 2 else ", ".join(_shorten(names))


def _shorten(names: list[str]) -> Iterator[str]:
    yield from names[:_NAMED]
    if len(names) > _NAMED:
        yield f"{len(names) - _NAMED} more"
