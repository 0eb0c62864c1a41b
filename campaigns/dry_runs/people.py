"""Single people of a dry run, page by page: worked out when they are looked at, by the code that plans."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from campaigns.dry_runs.supposing import suppose_run
from campaigns.dry_runs.unwritten import Unwritten
from campaigns.models import Campaign
from campaigns.planning.chunks import decide_audience
from campaigns.planning.decisions import Decision
from subscribers.lookup import find_people
from subscribers.models import Subscriber
from subscribers.timezones import load_zone

PLANNED, DEFERRED, WAITING = "planned", "deferred", "awaits_winner"  # what can be asked for beside reasons
_CHUNKS_LOOKED_AT = 10  # for one page; where few are found, the next page goes on


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a launch would mean for one person. With a reason they are skipped, and the times say when it would have been."""

    subscriber_id: int
    uuid: UUID
    name: str
    variant: str
    timezone: str
    timezone_is_site_default: bool
    due_at: dt.datetime | None
    local_due_at: dt.datetime | None  # the same instant on the person's own clock
    reason: str
    deferred: bool
    awaits_winner: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom to list; what is left empty does not matter.

    `search` is a customer id, an e-mail address or its start, or a browser's uuid; `zone` the time zone they are due in;
    `variant` a letter; `reason` one for skipping, or planned, deferred, awaits_winner.
    """

    search: str = ""
    zone: str = ""
    variant: str = ""
    reason: str = ""


ANYBODY = Wanted()


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """Some people, in order of id. Those after `next_after` were not looked at yet; None: there are no more."""

    people: list[Outlook]
    next_after: int | None


def list_people(
    campaign: Campaign, wanted: Wanted = ANYBODY, *, as_of: dt.datetime, after: int = 0, limit: int = 50
) -> PeoplePage:
    """A page of a campaign's audience, each with what a launch at `as_of` would mean for them.

    A page can hold fewer than `limit`, or nobody, while there are more to come: only so many are looked at for one page.
    """
    terms = suppose_run(campaign, as_of=as_of)
    only = None
    if wanted.search:
        only = Q(pk__in=[person.pk for person in find_people(campaign.site, wanted.search)])
    found: list[Decision] = []
    unwritten = Unwritten(terms)
    for looked_at, decisions in enumerate(decide_audience(terms, after=after, only=only), start=1):
        for decision in unwritten.leave_out(decisions):
            after = decision.subscriber_id
            if _matches(decision, wanted):
                found.append(decision)
            if len(found) == limit:
                return PeoplePage(_look_up(found), after)
        if looked_at == _CHUNKS_LOOKED_AT:
            return PeoplePage(_look_up(found), after)
    return PeoplePage(_look_up(found), None)


def _matches(decision: Decision, wanted: Wanted) -> bool:
    if wanted.zone and decision.timezone != wanted.zone:
        return False
    if wanted.variant and (decision.variant != wanted.variant or not decision.is_planned):
        return False
    kinds = {
        PLANNED: decision.is_planned,
        DEFERRED: decision.is_planned and decision.deferred,
        WAITING: decision.is_planned and decision.awaits_winner,
    }
    return not wanted.reason or kinds.get(wanted.reason, decision.reason == wanted.reason)


def _look_up(decisions: list[Decision]) -> list[Outlook]:
    people = Subscriber.objects.in_bulk([decision.subscriber_id for decision in decisions])
    return list(_describe(decisions, people))


def _describe(decisions: list[Decision], people: dict[int, Subscriber]) -> Iterator[Outlook]:
    for decision in decisions:
        person = people.get(decision.subscriber_id)
        if person is not None:  # not deleted meanwhile
            at = decision.due_at
            yield Outlook(
                subscriber_id=person.pk,
                uuid=person.uuid,
                name=str(person),
                variant=decision.variant,
                timezone=decision.timezone,
                timezone_is_site_default=decision.timezone_is_site_default,
                due_at=at,
                local_due_at=at.astimezone(load_zone(decision.timezone)) if at else None,
                reason=decision.reason,
                deferred=decision.deferred,
                awaits_winner=decision.awaits_winner,
            )
