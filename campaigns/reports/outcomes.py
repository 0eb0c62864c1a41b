"""How many people came to which end. Read from the runs' own figures, which the database keeps: no delivery is counted."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, IntegerField, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from campaigns.models import Campaign, Occurrence, ReactionCount

ENDS = ("waiting", "sent", "failed", "expired", "skipped", "erased")
REACTIONS = ("displayed", "clicked")


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Numbers of people: audience = waiting + sent + failed + expired + skipped + erased.

    `sent` counts all that were handed over, `displayed` and `clicked` are parts of it. `erased` are people who were
    deleted since, and what became of them with them.
    """

    audience: int
    waiting: int
    sent: int
    displayed: int
    clicked: int
    failed: int
    expired: int
    skipped: int
    erased: int = 0

    @property
    def recipients(self) -> int:
        """Those who are sent to, or will be: nobody who was skipped."""
        return self.waiting + self.settled

    @property
    def settled(self) -> int:
        """Those of them whose outcome is known."""
        return self.sent + self.failed + self.expired

    @property
    def share_settled(self) -> float | None:
        """How far it is, from 0 to 1; None where nobody is sent to."""
        return self.settled / self.recipients if self.recipients else None

    @property
    def display_rate(self) -> float:
        """Displayed of those sent, from 0 to 1."""
        return self.displayed / self.sent if self.sent else 0.0

    @property
    def click_rate(self) -> float:
        """Clicked of those sent, from 0 to 1."""
        return self.clicked / self.sent if self.sent else 0.0


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a campaign, and what came of it."""

    occurrence: Occurrence
    outcomes: Outcomes


NOBODY = Outcomes(0, 0, 0, 0, 0, 0, 0, 0)


def count_outcomes(campaigns: Iterable[Campaign], *, occurrence: int | None = None) -> dict[int, Outcomes]:
    """The numbers of several campaigns by their ids, over all their runs or in one of them, in one query."""
    ids = [campaign.pk for campaign in campaigns]
    of_run = Q() if occurrence is None else Q(number=occurrence)
    names = (*ENDS, *REACTIONS)
    totals = (
        Occurrence.objects.filter(of_run, campaign__in=ids)
        .values("campaign_id")
        .annotate(**{name: Sum(name) for name in ENDS})
        .annotate(**_sum_reactions(Q() if occurrence is None else Q(occurrence=occurrence)))
        .values_list("campaign_id", *names)
    )
    return dict.fromkeys(ids, NOBODY) | {
        pk: _make_outcomes(dict(zip(names, figures, strict=True))) for pk, *figures in totals
    }


def list_runs(campaign: Campaign, *, most: int) -> list[Run]:
    """The latest runs, newest first."""
    rows = Occurrence.objects.filter(campaign=campaign).annotate(
        **_sum_reactions(Q(occurrence=OuterRef("number")))
    )
    return [
        Run(row, _make_outcomes({name: getattr(row, name) for name in (*ENDS, *REACTIONS)}))
        for row in rows.order_by("-number")[:most]
    ]


def _sum_reactions(which: Q) -> dict[str, Any]:
    """For rows that have a `campaign_id`: how many of its people saw it and clicked, in the runs that are meant."""
    rows = ReactionCount.objects.filter(which, campaign_id=OuterRef("campaign_id")).values("campaign_id")
    return {
        name: Coalesce(
            Subquery(rows.annotate(total=Sum(F(name))).values("total"), output_field=IntegerField()), 0
        )
        for name in REACTIONS
    }


def _make_outcomes(figures: dict[str, int]) -> Outcomes:
    """While a run is planned, its audience is whom planning has been through; afterwards the database sees to the sum."""
    return Outcomes(audience=sum(figures[name] for name in ENDS), **figures)
