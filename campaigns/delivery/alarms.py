"""When so much fails that a campaign is paused: something is wrong that its marketer should know of."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import F

from campaigns.delivery.rows import Outcome
from campaigns.models import Batch, Delivery, Occurrence

Status = Delivery.Status

_MANY = 100  # failures that are no reason yet to stop, in however small a campaign
_AGAIN = 10  # times as many as the marketer was told of, before they are told again


@dataclass(frozen=True, slots=True)
class Standing:
    """How a run has gone so far. `noted` are the failures that its marketer was told of, and resumed; `uncounted` those of
    devices that say nothing of us (trust.py)."""

    sent: int = 0
    failed: int = 0
    noted: int = 0
    uncounted: int = 0


def read_standing(batch: Batch) -> Standing:
    """Of the run that a batch belongs to."""
    rows = Occurrence.objects.filter(campaign=batch.campaign_id, number=batch.occurrence)
    found = rows.values_list("sent", "failed", "failures_noted", "failures_uncounted").first()
    return Standing(*found) if found else Standing()


def is_alarming(standing: Standing, outcomes: Iterable[Outcome]) -> bool:
    """Whether more than half of a run's pushes fail, with those of a chunk, and they are many."""
    sent, failed = _add(standing, outcomes)
    return failed >= max(_MANY, _AGAIN * standing.noted) and failed > sent


def explain_alarm(standing: Standing, outcomes: Sequence[Outcome]) -> str:
    """What went wrong, for the marketer."""
    sent, failed = _add(standing, outcomes)
    reasons = Counter(outcome.reason for outcome in outcomes if outcome.status is Status.FAILED)
    most = str(Delivery.Reason(reasons.most_common(1)[0][0]).label).lower() if reasons else "unknown"
    return (
        f"More than half of the pushes fail ({failed:,} of {sent + failed:,}), most often because: {most}. "
        "Look into that first. Resume to try those who failed just now once more, and go on with the others."
    )


def note_alarm(batch: Batch, standing: Standing, outcomes: Iterable[Outcome]) -> None:
    """Remember what the marketer was told of, so that they are not told the same again."""
    _, failed = _add(standing, outcomes)
    run = Occurrence.objects.filter(campaign=batch.campaign_id, number=batch.occurrence)
    run.filter(failures_noted__lt=failed).update(failures_noted=failed)


def note_uncounted(batch: Batch, number: int) -> None:
    """Failures that are left out whenever it is asked how much fails."""
    if number:
        run = Occurrence.objects.filter(campaign=batch.campaign_id, number=batch.occurrence)
        run.update(failures_uncounted=F("failures_uncounted") + number)


def _add(standing: Standing, outcomes: Iterable[Outcome]) -> tuple[int, int]:
    counted = Counter(outcome.status for outcome in outcomes)
    failed = max(0, standing.failed - standing.uncounted) + counted[Status.FAILED]
    return standing.sent + counted[Status.SENT], failed
