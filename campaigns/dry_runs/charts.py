"""Who is due when, by hour and by zone."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping

from campaigns.dry_runs.summary import DueCount, HourCount, ZoneCount
from subscribers.timezones import load_zone

Due = Mapping[tuple[dt.datetime, str], int]


def count_hours(due: Due) -> list[HourCount]:
    """People by the hour of UTC in which they are due, in order; without the hours in which nobody is."""
    hours: Counter[dt.datetime] = Counter()
    for (at, _), people in due.items():
        hours[at.replace(minute=0, second=0, microsecond=0)] += people
    return [HourCount(hour=write_instant(hour), people=people) for hour, people in sorted(hours.items())]


def count_zones(due: Due) -> list[ZoneCount]:
    """People by time zone, the most first."""
    people: Counter[str] = Counter()
    instants: dict[str, list[dt.datetime]] = {}
    for (at, zone), count in due.items():
        people[zone] += count
        instants.setdefault(zone, []).append(at)
    return [
        ZoneCount(
            zone=zone,
            people=count,
            first_due_at=write_instant(min(instants[zone])),
            last_due_at=write_instant(max(instants[zone])),
        )
        for zone, count in sorted(people.items(), key=lambda item: (-item[1], item[0]))
    ]


def count_instants(due: Due) -> list[DueCount]:
    """People by instant and time zone, in order."""
    return [
        DueCount(
            due_at=write_instant(at),
            zone=zone,
            local=at.astimezone(load_zone(zone)).strftime("%Y-%m-%dT%H:%M:%S"),
            people=people,
        )
        for (at, zone), people in sorted(due.items())
    ]


def write_instant(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
