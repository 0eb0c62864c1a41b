"""What came of applying what waited in the inbox."""

from typing import NamedTuple

from tracking.setting_aside import Failure


class Outcome(NamedTuple):
    """Of one attempt: events recorded, and what could not be applied."""

    events: int = 0
    failures: tuple[Failure, ...] = ()

    def plus(self, other: "Outcome") -> "Outcome":
        return Outcome(self.events + other.events, self.failures + other.failures)


class DrainResult(NamedTuple):
    """Items applied, events recorded, operations set aside, and why batches were put off, if some were."""

    items: int = 0
    events: int = 0
    failed: int = 0
    put_off: str = ""

    def plus(self, other: "DrainResult") -> "DrainResult":
        return DrainResult(
            self.items + other.items,
            self.events + other.events,
            self.failed + other.failed,
            self.put_off or other.put_off,
        )
