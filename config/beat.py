"""Beat, whatever is done to its machine's clock: what was last done “tomorrow” is done again before tomorrow."""

import datetime as dt
import logging
import time
from typing import Any

from django_celery_beat.schedulers import DatabaseScheduler, ModelEntry

from subscribers.clocks import find_tolerance

logger = logging.getLogger(__name__)


class SteadyEntry(ModelEntry):  # type: ignore[misc]
    """A job that a fast clock noted as done in a time which has not come is counted as done now."""

    last_run_at: dt.datetime

    def is_due(self) -> Any:
        now = self._default_now()
        if self.last_run_at > now + find_tolerance():
            logger.error("“%s” was last begun at %s, which has not come", self.name, self.last_run_at)
            self.last_run_at = self.model.last_run_at = now
        return super().is_due()


class SteadyScheduler(DatabaseScheduler):  # type: ignore[misc]
    """What is next is worked out anew when the clock was put forward or back: it is kept by the clock of before."""

    Entry = SteadyEntry
    _offset: float | None = None

    def tick(self, *args: Any, **kwargs: Any) -> float:
        offset = read_offset()
        if self._offset is not None and abs(offset - self._offset) > find_tolerance().total_seconds():
            logger.error("The clock was changed by %.0f s", offset - self._offset)
            self._heap = None
        self._offset = offset
        return float(super().tick(*args, **kwargs))


def read_offset() -> float:
    """What the clock shows beyond the seconds that passed: it changes only when somebody puts the clock."""
    return time.time() - time.monotonic()
