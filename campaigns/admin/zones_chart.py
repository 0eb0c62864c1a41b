"""How far each time zone is, as bars; the numbers beside them say the same."""

from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.reports.zones import ZoneProgress
from subscribers.timezones import load_zone

FIRST = 8  # zones that are shown at once
PARTS = ("sent", "ended", "sending", "due", "awaiting_winner", "later")


@dataclass(frozen=True)
class Part:
    """A piece of a bar; `x` and `width` in per cent."""

    key: str
    x: float
    width: float


@dataclass(frozen=True)
class ZoneBar:
    """`done` are those with an outcome. `next_due` is when somebody is due next, on the zone's own clock."""

    zone: ZoneProgress
    done: int
    next_due: str
    parts: list[Part]


def draw_zones(zones: Sequence[ZoneProgress], site_zone: str) -> tuple[list[ZoneBar], list[ZoneBar]]:
    """The largest, and the others."""
    bars = [_draw(zone, site_zone) for zone in zones if zone.total]
    return bars[:FIRST], bars[FIRST:]


def _draw(zone: ZoneProgress, site_zone: str) -> ZoneBar:
    parts, x = [], 0.0
    for key in PARTS:
        width = 100 * getattr(zone, key) / zone.total
        if width:
            parts.append(Part(key, round(x, 2), round(width, 2)))
        x += width
    clock = load_zone(zone.timezone or site_zone)
    next_due = f"{zone.next_due_at.astimezone(clock):%a %H:%M}" if zone.next_due_at else ""
    return ZoneBar(zone, zone.sent + zone.ended, next_due, parts)
