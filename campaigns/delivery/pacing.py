"""The pace: so many pushes a minute and no more, of a campaign and of its whole site (GCRA, the generic cell rate algorithm).

Whoever sends moves the instant on from which the next push is allowed. That instant is all there is to remember, and
it lies in the row that workers lock for it.
"""

import datetime as dt
from dataclasses import dataclass

from campaigns.models import Campaign, SendingPolicy
from subscribers.clocks import find_latest

_AT_ONCE = 2  # seconds: so much of the pace is sent in one go
_MINUTE = dt.timedelta(minutes=1)
_LONGEST_PAUSE = _MINUTE  # that of one push a minute; where more may go, what goes at once is for two seconds


def find_allowance(rate: int | None, size: int) -> int:
    """How many of `size` pushes may go at once at `rate` pushes a minute (None: no limit): at least one."""
    return size if rate is None else max(1, min(size, rate * _AT_ONCE // 60))


def advance(paced_until: dt.datetime | None, rate: int, sent: int, *, now: dt.datetime) -> dt.datetime:
    """From when on the next push is allowed, after `sent` more at `now`. What was not used before does not count."""
    return max(believe(paced_until, now=now) or now, now) + sent * _MINUTE / rate


def find_latest_pause(now: dt.datetime) -> dt.datetime:
    """Until when a pace may make us wait; what lies beyond was written by a clock that was ahead."""
    return find_latest(now) + _LONGEST_PAUSE


def believe(paced_until: dt.datetime | None, *, now: dt.datetime) -> dt.datetime | None:
    return paced_until if paced_until and paced_until <= find_latest_pause(now) else None


@dataclass(frozen=True, slots=True)
class Pace:
    """The locked rows whose pace a campaign keeps to: its own, and its site's policy."""

    keepers: tuple[Campaign | SendingPolicy, ...]

    def allow(self, size: int, *, now: dt.datetime) -> int:
        """How many pushes may go now; 0: none yet."""
        pauses = (believe(keeper.paced_until, now=now) for keeper in self.keepers)
        if any(until and until > now for until in pauses):
            return 0
        return min(
            (find_allowance(keeper.throttle_per_minute, size) for keeper in self.keepers), default=size
        )

    def charge(self, sent: int, *, now: dt.datetime) -> None:
        """Count pushes that go now."""
        for keeper in self.keepers:
            if keeper.throttle_per_minute and sent:
                keeper.paced_until = advance(keeper.paced_until, keeper.throttle_per_minute, sent, now=now)
                type(keeper)._base_manager.filter(pk=keeper.pk).update(paced_until=keeper.paced_until)


def lock_pace(campaign: Campaign) -> Pace:
    """The pace that a campaign has to keep, locked until the transaction ends where there is one."""
    policy = getattr(campaign.site, "sending_policy", None)
    keepers: tuple[Campaign | SendingPolicy | None, ...] = (campaign, policy)
    return Pace(tuple(_lock(keeper) for keeper in keepers if keeper and keeper.throttle_per_minute))


def _lock(keeper: Campaign | SendingPolicy) -> Campaign | SendingPolicy:
    """No key: rows that point at it may be written meanwhile."""
    rows = type(keeper)._base_manager.select_for_update(of=("self",), no_key=True)
    return rows.get(pk=keeper.pk)
