"""Token buckets in Valkey: how often something may be done, counted for all processes together, in one round trip.

A bucket holds `burst` tokens and is given `per_second` new ones. It is kept as the instant at which it would be full again
(GCRA), by the broker's own clock, and forgotten from then on. Where the broker does not answer, nobody is refused.
"""

import functools
import math
from collections.abc import Sequence
from typing import NamedTuple

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.commands.core import Script
from redis.retry import Retry

from subscribers.broker import ask, find_patience

# Of all buckets or of none: who is refused by one uses up no other. Who takes nothing (0) is refused where nothing is left.
TAKE = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local full_at = redis.call('MGET', unpack(KEYS))
local after, answer = {}, {0, 0}
for i = 1, #KEYS do
  local interval, burst, cost = tonumber(ARGV[3 * i - 2]), tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i])
  local all = interval * burst
  local at = math.min(math.max(tonumber(full_at[i] or '0'), now), now + all)
  local wait = at + math.max(cost, 1) * interval - all - now
  if wait > answer[2] then answer[1], answer[2] = i, wait end
  after[i] = at + cost * interval
  answer[i + 2] = math.floor((all - (after[i] - now)) / interval)
end
answer[2] = math.ceil(answer[2])
if answer[1] > 0 then return answer end
for i = 1, #KEYS do
  if after[i] > now then
    redis.call('SET', KEYS[i], string.format('%.0f', after[i]), 'PX', math.ceil((after[i] - now) / 1000) + 1)
  end
end
return answer
"""
_ONCE = Retry(NoBackoff(), 0)


class Limit(NamedTuple):
    """So many a second for good, and so many at once; 0 a second: as many as one likes."""

    per_second: float
    burst: int


class Bucket(NamedTuple):
    """Whose tokens are counted together, and how many are taken; `cost` 0: it is only looked whether any are left."""

    name: str
    limit: Limit
    cost: int = 1


class Verdict(NamedTuple):
    """Which bucket refuses (None: none does), in how many seconds it would not, and what is left in each."""

    refused_by: Bucket | None = None
    wait: float = 0.0
    left: dict[str, int] = {}  # noqa: RUF012  # read only

    @property
    def retry_after(self) -> int:
        """Whole seconds (RFC 9110), at least one."""
        return max(1, math.ceil(self.wait))


FREE = Verdict()


def take(buckets: Sequence[Bucket]) -> Verdict:
    """Take from all of these, or from none if one of them has too little."""
    counted = [bucket for bucket in buckets if bucket.limit.per_second > 0]
    if not counted:
        return FREE
    answer = ask(lambda: _run(counted), otherwise=None)
    if answer is None:
        return FREE
    place, wait, *left = answer
    return Verdict(
        refused_by=counted[place - 1] if place else None,
        wait=wait / 1_000_000,
        left={bucket.name: max(0, tokens) for bucket, tokens in zip(counted, left, strict=True)},
    )


def _run(buckets: Sequence[Bucket]) -> list[int]:
    script = _find_script(settings.BROKER_URL, find_patience())
    told: list[float] = []
    for _, (per_second, burst), cost in buckets:
        told += [1_000_000 / per_second, max(burst, 1), min(cost, max(burst, 1))]
    answer: list[int] = script(keys=[f"rate:{bucket.name}" for bucket in buckets], args=told)
    return answer


@functools.lru_cache(maxsize=8)
def _find_script(url: str, patience: float) -> Script:
    client = Redis.from_url(url, socket_timeout=patience, socket_connect_timeout=patience, retry=_ONCE)
    return client.register_script(TAKE)
