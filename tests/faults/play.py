"""A fault test in motion: workers work and are killed, and the clock skips what would only be waited for."""

import datetime as dt
import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import F, Min, Q
from django.db.models.functions import Coalesce, Greatest

from campaigns.models import Batch, Campaign
from tests.faults.clock import SharedClock
from tests.faults.crew import Crew

_LOOK = 0.02  # seconds
_AT_ONCE = dt.timedelta(seconds=20)  # what is due within so much is waited for together
_OVER = {Campaign.Status.FINISHED, Campaign.Status.CANCELLED}
_AT_WORK = {
    Campaign.Status.RUNNING,
    Campaign.Status.CANCELLED,
}  # what is cancelled may be in somebody's hands yet


@dataclass(frozen=True, slots=True)
class Play:
    crew: Crew
    clock: SharedClock
    chance: random.Random

    def go_on_until(self, done: Callable[[], bool], *, seconds: float = 600) -> None:
        """Let the crew work, without a kill."""
        deadline = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < deadline, "the workers do not get on"
            self._look_after()

    def go_on_for(self, seconds: float) -> None:
        """Let the crew work so long, whether there is anything to do or not."""
        ends_at = time.monotonic() + seconds
        self.go_on_until(lambda: time.monotonic() >= ends_at)

    def kill_if_busy(self, queue: str) -> bool:
        """Kill a worker if one has a task in hand at this moment."""
        return self.crew.kill(queue, self.chance)

    def kill(self, queue: str, *, seconds: float = 120) -> None:
        """Kill a worker at a random moment of its work."""
        deadline = time.monotonic() + seconds
        self.go_on_until(lambda: not self.crew.is_idle(), seconds=seconds)
        time.sleep(self.chance.random() * 0.3)
        while not self.crew.kill(queue, self.chance):
            assert time.monotonic() < deadline, "no worker had anything to do"
            self._look_after()

    def _look_after(self) -> None:
        self.crew.tick()
        if self.crew.is_idle():
            self._skip_waiting()
        time.sleep(_LOOK)

    def _skip_waiting(self) -> None:
        """If nothing is due before some instant, let it be a little later than that."""
        now = self.clock.now()
        # What is cancelled may be in the hands of somebody who was killed.
        left_behind = Q(campaign__status=Campaign.Status.CANCELLED, lease_expires_at__gt=now)
        waiting = Batch.objects.filter(
            left_behind | Q(campaign__status=Campaign.Status.RUNNING), done_at=None
        )
        free_at = Greatest(F("due_at"), Coalesce(F("lease_expires_at"), F("due_at")))
        next_at = waiting.aggregate(at=Min(free_at))["at"]
        if next_at is not None and next_at > now:
            self.clock.skip(next_at - now + _AT_ONCE)


def is_over(campaign: Campaign) -> bool:
    """Whether the campaign has ended and nobody in it waits."""
    campaign.refresh_from_db()
    open_ones = campaign.deliveries.filter(status__in=["planned", "sending"])
    return campaign.status in _OVER and not open_ones.exists()
