"""Rules that ask about less time than local times lie apart: “the last 24 hours”, while a send takes 26.

An audience settled at launch is right at that moment; when the last of its people get the message, it may not be.
"""

import datetime as dt
from collections.abc import Iterator, Mapping

from django.db.models import Q

from campaigns.models import Campaign
from campaigns.schedule import choose_zone, is_by_local_time
from segments.definitions import read_dependencies, read_names
from segments.models import Segment
from segments.rules import Names, Rule, RuleError, parse_rule
from segments.rules.lint import Remark, quote_condition
from segments.rules.rolling import Rolling, list_rolling
from segments.rules.validation import reach_segments
from subscribers.models import Site, Subscriber

_WIDEST = dt.timedelta(hours=26)  # from Kiritimati to Baker Island
_REMEDY = "Choose a longer time, or have the audience checked again right before each one is sent."
_Status = Campaign.Status
_TO_BE_PLANNED = Q(schedule=Campaign.Schedule.LOCAL, status__in=[_Status.DRAFT, _Status.SCHEDULED]) | Q(
    schedule=Campaign.Schedule.RECURRING,
    status__in=[_Status.DRAFT, _Status.SCHEDULED, _Status.RUNNING, _Status.PAUSED],
)


def remark_on_campaign(campaign: Campaign, *, now: dt.datetime) -> Iterator[str]:
    """A sentence for each of the campaign's segments that, itself or by what it is built on, asks about too little time."""
    if not is_by_local_time(campaign) or campaign.audience_at != Campaign.AudienceAt.LAUNCH:
        return
    chosen = {*campaign.include_segments.all(), *campaign.exclude_segments.all()}
    if not chosen:
        return
    spread = measure_spread(campaign.site, now=now)
    names, needs = read_names(campaign.site), read_dependencies(campaign.site)
    for segment in sorted(chosen, key=str):
        short = next(_find_short(segment, needs, spread), None)
        if short is not None:
            yield (
                f"“{segment}” looks for people {quote_condition(short.node, names)}, as of {_name_settling(campaign)}. The local times "
                f"of your subscribers lie {_write(spread)} apart: when the last of them get this, it was longer ago. {_REMEDY}"
            )


def remark_on_segment(segment: Segment, rule: Rule, names: Names, *, now: dt.datetime) -> list[Remark]:
    """The same for a rule that is about to be saved under `segment`, if a campaign relies on it that is yet to be planned."""
    short = [each for each in list_rolling(rule) if each.length < _WIDEST]
    campaign = _find_campaign(segment) if short else None
    if campaign is None:
        return []
    spread = measure_spread(segment.site, now=now)
    message = (
        f"“{campaign}” goes to each one at their local time, and those lie {_write(spread)} apart; its audience is "
        f"settled at {_name_settling(campaign)}. This asks about less time than that: for the last of them it was longer ago. {_REMEDY}"
    )
    return [Remark(each.path, message) for each in short if each.length < spread]


def measure_spread(site: Site, *, now: dt.datetime) -> dt.timedelta:
    """How far apart one local time comes for the site's living subscribers: from the first of them to the last."""
    names = Subscriber.objects.living().filter(site=site).values_list("timezone", flat=True).order_by()
    offsets = {now.astimezone(choose_zone(name, site.timezone).zone).utcoffset() for name in names.distinct()}
    known = [offset for offset in offsets if offset is not None]
    return max(known) - min(known) if known else dt.timedelta(0)


def _find_short(
    segment: Segment, needs: Mapping[int, frozenset[int]], spread: dt.timedelta
) -> Iterator[Rolling]:
    reached = Segment.objects.filter(pk__in=reach_segments([segment.pk], needs), kind=Segment.Kind.LIVE)
    for document in reached.order_by("pk").values_list("rule", flat=True):
        try:
            rolling = list_rolling(parse_rule(document))
        except RuleError:
            continue  # said elsewhere: such a segment cannot be built
        yield from (each for each in rolling if each.length < spread)


def _find_campaign(segment: Segment) -> Campaign | None:
    """The first by name that is sent at local times to an audience that is yet to be settled, before the first is sent."""
    needs = read_dependencies(segment.site)
    relying = [pk for pk in needs if segment.pk in reach_segments([pk], needs)]
    return (
        Campaign.objects.filter(
            Q(include_segments__in=relying) | Q(exclude_segments__in=relying),
            _TO_BE_PLANNED,
            site=segment.site_id,
            audience_at=Campaign.AudienceAt.LAUNCH,
        )
        .order_by("name", "pk")
        .first()
    )


def _name_settling(campaign: Campaign) -> str:
    repeats = campaign.schedule == Campaign.Schedule.RECURRING
    return "the planning of each run" if repeats else "the launch"


def _write(spread: dt.timedelta) -> str:
    hours = spread / dt.timedelta(hours=1)
    return f"{hours:g} {'hour' if hours == 1 else 'hours'}"
