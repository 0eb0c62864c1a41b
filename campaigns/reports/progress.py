"""How far a campaign has come, asked every few seconds by everybody who watches it: a few small statements."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import F, Q

from campaigns.models import Campaign, Occurrence, PushHost
from campaigns.reports.keeping import Kept, recall
from campaigns.reports.outcomes import Outcomes, count_outcomes
from campaigns.reports.pace import foresee_end, measure_pace
from campaigns.reports.zones import ZoneProgress, add_zones, read_zones
from subscribers.models import Subscriber
from subscribers.remembering import Remembered

_ZONES = Remembered[Kept[list[ZoneProgress]]](Kept[list[ZoneProgress]])
PACED = (Campaign.Status.RUNNING, Campaign.Status.SCHEDULED)


@dataclass(frozen=True, slots=True)
class Progress:
    """`outcomes` are those of the run that is under way, or of the latest, or of none; `runs` is how many there are.

    `planning` is the share of the audience that planning has been through (0 to 1), None when it is done. `pace` is in
    outcomes a minute. `everybody` and `zones` hold as of `zones_as_of`, which may be a little earlier than the rest.
    """

    run: Occurrence | None
    runs: int
    outcomes: Outcomes
    planning: float | None
    pace: float | None
    ends_at: dt.datetime | None
    everybody: ZoneProgress
    zones: list[ZoneProgress]
    zones_as_of: dt.datetime
    closed_hosts: list[PushHost]

    @property
    def is_test_running(self) -> bool:
        return self.everybody.awaiting_winner > 0


def read_progress(campaign: Campaign, *, occurrence: int | None = None, now: dt.datetime) -> Progress:
    """Of the run that is asked for, else of the one under way."""
    run = find_run(campaign, occurrence)
    runs = campaign.occurrences.count()
    if run is None:
        outcomes = count_outcomes([campaign])[campaign.pk]
        return Progress(None, runs, outcomes, None, None, None, add_zones([]), [], now, [])
    zones = _recall_zones(run, now=now)
    everybody = add_zones(zones.value)
    pace = measure_pace(run, now=now) if campaign.status in PACED else None
    ready = everybody.due + everybody.sending
    is_over = not (ready + everybody.later + everybody.awaiting_winner)
    return Progress(
        run=run,
        runs=runs,
        outcomes=count_outcomes([campaign], occurrence=run.number)[campaign.pk],
        planning=_measure_planning(run, campaign) if run.planned_at is None else None,
        pace=pace,
        ends_at=None if is_over else foresee_end(ready, pace, last_due_at=everybody.last_due_at, now=now),
        everybody=everybody,
        zones=zones.value,
        zones_as_of=zones.as_of,
        closed_hosts=list(PushHost.objects.filter(closed_until__gt=now).order_by("host")),
    )


def find_run(campaign: Campaign, number: int | None = None) -> Occurrence | None:
    """The run of that number; without one, the first that is not over, or else the latest."""
    runs = Occurrence.objects.filter(campaign=campaign)
    if number is not None:
        return runs.filter(number=number).first()
    under_way = runs.filter(Q(planned_at=None) | Q(waiting__gt=0)).order_by("number").first()
    return under_way or runs.order_by(F("number").desc()).first()


def _recall_zones(run: Occurrence, *, now: dt.datetime) -> Kept[list[ZoneProgress]]:
    return recall(_ZONES, f"zones:{run.pk}", lambda: read_zones(run, now=now), now=now)


def _measure_planning(run: Occurrence, campaign: Campaign) -> float:
    """Planning goes through the site's people in the order of their ids."""
    people = (
        Subscriber.objects.living().filter(site=campaign.site_id).order_by("pk").values_list("pk", flat=True)
    )
    first, last = people.first(), people.last()
    if first is None or last is None or run.planned_through < first:
        return 0.0
    return min(1.0, (run.planned_through - first + 1) / (last - first + 1))
