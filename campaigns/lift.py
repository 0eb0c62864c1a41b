"""What difference a campaign makes: those it was meant for beside those held out of it, whatever became of the push.

Intention to treat: who was drawn to be sent to counts there, even if the push failed or a limit kept it back. Those
held out would have failed in the same way, so only the whole groups can be compared (docs/decisions/0011-experiments.md).
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

from campaigns.goals import find_longest_window
from campaigns.models import Campaign, Conversion
from campaigns.schedule import write_moment
from campaigns.statistics import (
    CONFIDENCE,
    Estimate,
    Interval,
    Sample,
    check_split,
    compare_means,
    compare_proportions,
    divide,
    find_mean,
    find_smallest_effect,
    find_wilson,
    subtract,
)

LEAST_CONVERSIONS = 10  # in each group; below, the share is a guess
LEAST_PEOPLE = 100
MISMATCH = 0.001  # the p-value at which a sample ratio mismatch is called one (Fabijan and others 2019)
_SKEWED = (
    25  # times the squared skewness: people a mean needs for its interval to be right (Cochran 1977, 2.15)
)

# Worked out once (MATERIALIZED): of a campaign that statistics know nothing of yet, it would be for each person.
_READ_GROUPS = """
WITH person AS ({people}),
counted AS MATERIALIZED (
    SELECT DISTINCT ON (conversion.subscriber_id, conversion.occurrence{each})
           conversion.subscriber_id, conversion.event_id, conversion.revenue
    FROM campaigns_conversion AS conversion
    JOIN campaigns_delivery AS delivery ON delivery.campaign_id = conversion.campaign_id
         AND delivery.occurrence = conversion.occurrence AND delivery.subscriber_id = conversion.subscriber_id
    WHERE conversion.campaign_id = %(campaign)s AND conversion.converted_at >= delivery.due_at
      AND conversion.converted_at < delivery.due_at + %(window)s
    ORDER BY conversion.subscriber_id, conversion.occurrence{each}, conversion.converted_at, conversion.event_id
),
spent AS MATERIALIZED (
    SELECT subscriber_id, COALESCE(sum(revenue), 0) AS revenue
    FROM (SELECT DISTINCT ON (subscriber_id, event_id) subscriber_id, revenue FROM counted
          ORDER BY subscriber_id, event_id) AS once
    GROUP BY subscriber_id
)
SELECT person.held_out, count(*), count(spent.subscriber_id), COALESCE(sum(spent.revenue), 0),
       COALESCE(sum(spent.revenue ^ 2), 0), COALESCE(sum(spent.revenue ^ 3), 0), max(person.last_due_at)
FROM person LEFT JOIN spent USING (subscriber_id) WHERE person.first_due_at <= %(now)s GROUP BY person.held_out
"""
_PEOPLE = """
SELECT subscriber_id, reason = 'holdout' AS held_out, due_at AS first_due_at, due_at AS last_due_at
FROM campaigns_delivery WHERE campaign_id = %(campaign)s AND due_at IS NOT NULL AND reason <> 'control_group'
"""
# In a campaign that repeats, the same people are held out of each run.
_PEOPLE_OF_ALL_RUNS = """
SELECT subscriber_id, bool_and(reason = 'holdout') AS held_out,
       min(due_at) AS first_due_at, max(due_at) AS last_due_at
FROM campaigns_delivery WHERE campaign_id = %(campaign)s AND due_at IS NOT NULL AND reason <> 'control_group' GROUP BY subscriber_id
"""


@dataclass(frozen=True, slots=True)
class Group:
    """People, those of them who converted, and what each of them spent; `last_due_at`: when the last was due."""

    people: int
    converted: int
    spending: Sample
    last_due_at: dt.datetime

    @property
    def share(self) -> Estimate:
        """Who converted, from 0 to 1."""
        return find_wilson(self.converted, self.people)

    @property
    def revenue_per_person(self) -> Estimate:
        return find_mean(self.spending)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The campaign's group less those held out, in the figure's own unit and relative to those held out.

    `relative` is 0.25 for a quarter more; None if it cannot be told. `p`: how often chance alone does that.
    """

    difference: Estimate
    relative: Estimate | None
    p: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval of the difference is on one side of nothing."""
        return not self.difference.interval.holds(0)


@dataclass(frozen=True, slots=True)
class Lift:
    """What difference a campaign makes. `meant`: those it was meant for; `revenue`: None where it is not counted."""

    meant: Group
    held_out: Group
    conversions: Comparison
    revenue: Comparison | None
    warnings: list[str]

    @property
    def sentence(self) -> str:
        """The difference in conversions, for marketers."""
        difference = self.conversions.difference
        low, high = difference.interval
        more = "more" if difference.value >= 0 else "fewer"
        return (
            f"{_write_share(self.meant.share.value)} of {self.meant.people:,} people whom it was meant for converted, "
            f"and {_write_share(self.held_out.share.value)} of {self.held_out.people:,} who were held out: "
            f"{abs(difference.value) * 100:.1f} points {more} "
            f"(with {CONFIDENCE * 100:.0f} % confidence between {low * 100:+.1f} and {high * 100:+.1f})."
        )


def measure_lift(campaign: Campaign, *, now: dt.datetime) -> Lift | None:
    """The campaign's lift over all its runs, of people who were due by now; None without a goal, or with nobody held out.

    Conversions count within the longest window after somebody was due, whether or not they are owed to the push.
    """
    groups = _read_groups(campaign, now=now) if campaign.goal is not None else {}
    if True not in groups or False not in groups:
        return None
    meant, held_out = groups[False], groups[True]
    conversions = Comparison(
        subtract(meant.share, held_out.share),
        _compare(meant.share, held_out.share),
        compare_proportions((meant.converted, held_out.converted), (meant.people, held_out.people)),
    )
    revenue = None
    currencies = _list_currencies(campaign) if campaign.revenue_property else []
    if campaign.revenue_property and len(currencies) < 2:
        means = meant.revenue_per_person, held_out.revenue_per_person
        p = compare_means(meant.spending, held_out.spending)
        revenue = Comparison(subtract(*means), _compare(*means), p)
    warnings = list(_warn(campaign, meant, held_out, conversions, now=now))
    if len(currencies) > 1:
        named = " and ".join(currency or "amounts without one" for currency in currencies)
        warnings.append(
            f"Revenue is not compared: it is in several currencies ({named}), which cannot be added up."
        )
    return Lift(meant, held_out, conversions, revenue, warnings)


def _read_groups(campaign: Campaign, *, now: dt.datetime) -> dict[bool, Group]:
    """By whether they are held out."""
    each = ", conversion.event_id" if campaign.counts_every_conversion else ""
    people = _PEOPLE_OF_ALL_RUNS if campaign.schedule == Campaign.Schedule.RECURRING else _PEOPLE
    values: dict[str, Any] = {"campaign": campaign.pk, "window": find_longest_window(campaign), "now": now}
    with connection.cursor() as cursor:
        cursor.execute(_READ_GROUPS.format(people=people, each=each), values)
        return {
            held_out: Group(people, converted, Sample(people, total, squares, cubes), last_due_at)
            for held_out, people, converted, total, squares, cubes, last_due_at in cursor.fetchall()
        }


def _list_currencies(campaign: Campaign) -> list[str]:
    amounts = Conversion.objects.filter(campaign=campaign, revenue__isnull=False)
    return sorted(amounts.values_list("currency", flat=True).distinct())


def _compare(meant: Estimate, held_out: Estimate) -> Estimate | None:
    ratio = divide(meant, held_out)
    if ratio is None:
        return None
    return Estimate(ratio.value - 1, Interval(ratio.interval.low - 1, ratio.interval.high - 1))


def _warn(
    campaign: Campaign, meant: Group, held_out: Group, conversions: Comparison, *, now: dt.datetime
) -> Iterator[str]:
    yield from _warn_of_size(meant, held_out, conversions)
    yield from _warn_of_split(campaign, meant, held_out)
    yield from _warn_of_time(campaign, max(meant.last_due_at, held_out.last_due_at), now=now)
    if campaign.revenue_property and any(map(_is_skewed, (meant.spending, held_out.spending))):
        yield "A few large amounts make up much of the revenue, so its interval is rougher than it looks."


def _warn_of_size(meant: Group, held_out: Group, conversions: Comparison) -> Iterator[str]:
    if held_out.people < LEAST_PEOPLE:
        yield (
            f"Only {held_out.people:,} people are held out: too few to tell anything. "
            f"It takes {LEAST_PEOPLE} at the very least, and more for small differences."
        )
    elif min(meant.converted, held_out.converted) < LEAST_CONVERSIONS:
        yield (
            f"So far {meant.converted:,} of those it was meant for and {held_out.converted:,} of those held out converted: "
            f"too few to tell. It takes {LEAST_CONVERSIONS} in each group."
        )
    elif not conversions.is_clear:
        effect = find_smallest_effect(held_out.share.value, meant.people, held_out.people)
        yield (
            "The difference may be chance. Groups of these sizes would show one of "
            f"{effect * 100:.1f} points or more; a smaller one can go unnoticed."
        )


def _warn_of_split(campaign: Campaign, meant: Group, held_out: Group) -> Iterator[str]:
    percent = campaign.holdout_percent
    total = meant.people + held_out.people
    if check_split([meant.people, held_out.people], [100 - percent, percent]) < MISMATCH:
        yield (
            f"{held_out.people:,} of {total:,} people are held out, where {percent} % would be about "
            f"{total * percent / 100:,.0f}. Chance does not do that: the share was changed under way, or something other "
            "than the lot decided. Do not trust this comparison."
        )


def _warn_of_time(campaign: Campaign, last_due_at: dt.datetime, *, now: dt.datetime) -> Iterator[str]:
    closes_at = last_due_at + find_longest_window(campaign)
    if now < closes_at:
        yield (
            f"People still have time to convert, the last of them until {write_moment(closes_at, campaign.site.clock_name)}. "
            "These figures will change."
        )
    runs = campaign.occurrences.filter(planned_at__isnull=False)
    if runs.filter(attributed_through=None).exists():
        yield "Conversions are still being counted."


def _is_skewed(spending: Sample) -> bool:
    return spending.size < _SKEWED * spending.skewness**2


def _write_share(share: float) -> str:
    return f"{share * 100:.1f} %"
