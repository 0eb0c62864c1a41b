"""What must hold when all is over: one outcome for everybody, the right one, and repeats only where a kill explains them."""

import datetime as dt
import heapq
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from campaigns.models import Campaign, Delivery, Occurrence
from tests.faults.moods import LOST, Ending
from tests.faults.town import Taking, Town
from tracking.models import Event

LONGEST_CHUNK = dt.timedelta(seconds=60)  # from the first push of a chunk to the writing of its receipts
# What is on its way when its sender dies is taken a moment later, the later the busier the machine is.
ON_ITS_WAY = dt.timedelta(seconds=5)
_GOT_IT = (Delivery.Status.SENT, Delivery.Status.DISPLAYED, Delivery.Status.CLICKED)


@dataclass(frozen=True, slots=True)
class Repeats:
    """Messages that a push service took although it, or one like it, had been taken before."""

    of_kills: int
    of_lost_answers: int


def read_endings(campaign: Campaign) -> dict[int, Ending]:
    """How it ended for everybody who has a delivery."""
    rows = campaign.deliveries.values_list("subscriber_id", "status", "reason")
    endings = {person: (status, reason) for person, status, reason in rows}
    assert len(endings) == campaign.deliveries.count()
    return endings


def check_sum(campaign: Campaign, people: int) -> None:
    """The runs' figures are their deliveries, and add up to the audience."""
    for run in campaign.occurrences.all():
        counted = Counter(campaign.deliveries.filter(occurrence=run.number).values_list("status", flat=True))
        assert run.audience == people
        assert run.sent == sum(counted[status] for status in _GOT_IT)
        assert (run.failed, run.expired, run.skipped) == (
            counted[Delivery.Status.FAILED], counted[Delivery.Status.EXPIRED], counted[Delivery.Status.SKIPPED],
        )  # fmt: skip
        assert run.waiting == 0
        assert run.sent + run.failed + run.expired + run.skipped == people
    assert Occurrence.objects.filter(campaign=campaign).exists()


def check_log(campaign: Campaign, sent: set[int]) -> None:
    """Each of those who were sent it has it in their log, once."""
    events = Event.objects.filter(event_type__name="$push_sent", properties__campaign=campaign.pk)
    recorded = list(events.values_list("subscriber_id", flat=True))
    assert len(recorded) == len(set(recorded))
    assert set(recorded) == sent


def count_repeats(
    takings: Mapping[tuple[int, int], Sequence[Taking]],
    town: Town,
    kills: Sequence[dt.datetime],
    *,
    in_hand: int,
) -> Repeats:
    """All repeats; an AssertionError if there are some that neither lost answers nor kills explain.

    A kill explains at most `in_hand` messages, each of which was taken (or on its way) before it and again after it.
    """
    spans, lost = [], 0
    for (_, person), taken in takings.items():
        may_be_lost = town.moods[person].name == LOST
        for first, second in pairwise(taken):
            if may_be_lost:
                lost, may_be_lost = lost + 1, False
            else:
                spans.append((first.at - ON_ITS_WAY, min(second.at, first.at + LONGEST_CHUNK)))
    return Repeats(_explain(spans, kills, in_hand), lost)


def _explain(
    spans: Sequence[tuple[dt.datetime, dt.datetime]], kills: Sequence[dt.datetime], in_hand: int
) -> int:
    """Find a kill for each span of time; the first to end goes first, so that if there is a way it is found."""
    to_come = sorted(spans, reverse=True)
    open_ends: list[dt.datetime] = []
    for kill in sorted(kills):
        while to_come and to_come[-1][0] <= kill:
            heapq.heappush(open_ends, to_come.pop()[1])
        for _ in range(min(in_hand, len(open_ends))):
            assert heapq.heappop(open_ends) >= kill, "somebody got it twice, and no kill explains it"
    assert not open_ends, f"{len(open_ends)} got it twice, and no kill explains it"
    assert not to_come, f"{len(to_come)} got it twice after the last kill"
    return len(spans)
