"""Who a campaign is for, read in chunks, and who people are after a merge."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from django.contrib.postgres.aggregates import BoolOr
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from campaigns.models import Campaign
from segments.building import build_waiting
from segments.following import follow_site
from segments.models import Membership, Segment, SegmentUpload
from segments.ordering import order_segments
from segments.rewinding import ask_ahead
from segments.usage import Usage
from subscribers.models import PushSubscription, Site, Subscriber

CHUNK = 2000


class Person(NamedTuple):
    """One member of an audience, with what decides whether they can be sent something."""

    subscriber_id: int
    uuid: UUID
    timezone: str
    excluded: bool
    reachable: bool | None  # has a device that can receive a push now; None: never had one


def list_audience(campaign: Campaign) -> QuerySet[Subscriber]:
    """Everybody living in any of the include segments; none chosen: in the site.

    Those who will be skipped are among them, since the report accounts for each.
    """
    return _list_living(campaign.site_id, _list_segment_ids(campaign.include_segments.all()))


def read_audience(
    campaign: Campaign, *, after: int = 0, only: Q | None = None, chunk: int = CHUNK
) -> Iterator[list[Person]]:
    """The audience (those of them in `only`) in order of id, later than `after`, chunk by chunk: a statement each."""
    include = _list_segment_ids(campaign.include_segments.all())
    devices = PushSubscription.objects.filter(subscriber=OuterRef("pk")).order_by().values("subscriber")
    decisive = {
        "excluded": _is_found_in(_list_segment_ids(campaign.exclude_segments.all())),
        "reachable": Subquery(devices.annotate(active=BoolOr(Q(ended_at=None))).values("active")),
    }
    while True:
        people = _list_living(campaign.site_id, include, after=after).filter(only or Q()).order_by("pk")
        rows = people.annotate(**decisive).values_list("pk", "uuid", "timezone", *decisive)
        found = [Person(*row) for row in rows[:chunk]]
        if not found:
            return
        yield found
        after = found[-1].subscriber_id


def size_audience(site: Site, include: Collection[int], exclude: Collection[int]) -> tuple[int, int]:
    """How many people these segments choose, and how many of them a push can reach now."""
    people = _choose(site.pk, list(include), exclude)
    active = PushSubscription.objects.filter(subscriber=OuterRef("pk"), ended_at=None)
    return people.count(), people.filter(Exists(active)).count()


def count_audience(campaign: Campaign) -> int:
    """How many people it goes to: those in its audience whom no exclude segment leaves out."""
    include, exclude = campaign.include_segments.all(), campaign.exclude_segments.all()
    return _choose(campaign.site_id, _list_segment_ids(include), _list_segment_ids(exclude)).count()


def list_needed(campaign: Campaign) -> list[int]:
    """The campaign's segments and all that they are built on."""
    chosen = {segment.pk for segment in [*campaign.include_segments.all(), *campaign.exclude_segments.all()]}
    return order_segments(campaign.site, wanted=chosen) if chosen else []


def list_uploads(campaign: Campaign) -> list[SegmentUpload]:
    """Files at work on lists that the campaign's segments are, or are built on: until they are done, who is in them is not known."""
    needed = list_needed(campaign)
    at_work = SegmentUpload.objects.filter(segment__in=needed, state=SegmentUpload.State.RUNNING)
    return list(at_work.select_related("segment").order_by("pk"))


def explain_uploads(uploads: Sequence[SegmentUpload]) -> str:
    """What a campaign waits for, in plain words."""
    named = [
        f"“{upload.file_name[:60]}” on “{upload.segment.name[:60]}” ({upload.done_count:,} of {upload.row_count:,} rows)"
        for upload in uploads[:2]
    ]
    more = f" and {len(uploads) - 2} more" if uploads[2:] else ""
    return f"It waits for an upload to be done, and then goes on by itself: {', '.join(named)}{more}."


def refresh_segments(
    campaign: Campaign, *, now: dt.datetime, max_age: dt.timedelta = dt.timedelta(0)
) -> list[Segment]:
    """Bring the membership of the campaign's segments, and of those they are built on, up to `now`.

    Those that are right for an instant within `max_age` are left as they are. Returns the segments among them that
    could not be built, so that who is in the audience is not known.
    """
    live = Segment.objects.filter(pk__in=list_needed(campaign), kind=Segment.Kind.LIVE)
    ids = list(live.values_list("pk", flat=True))
    build_waiting(now=now, only=ids)
    if live.filter(Q(refreshed_at__lt=now - max_age) | ask_ahead(now)).exists():
        follow_site(campaign.site, now=now, thoroughly=True)
    # Where too many changed, following leaves a segment to a build; then those built on it may be left to one in turn.
    for _ in ids:
        if not build_waiting(now=now, only=ids):
            break
        follow_site(campaign.site, now=now, thoroughly=True)
    return list(live.exclude(status=Segment.Status.READY).order_by("name"))


def explain_broken(segments: Sequence[Segment]) -> str:
    """Why a campaign that needs these segments cannot go on, in plain words."""
    names = " and ".join(f"“{segment}”" for segment in segments)
    return f"Who is in {names} could not be worked out: {segments[0].failure[:150].rstrip('.')}. Mend the rule, then resume."


def list_users(segments: Mapping[int, str]) -> Iterator[Usage]:
    """The campaigns that send to any of the segments, or leave it out.

    By id of the segment: “” for the one that is asked about, else the name of one that is built on it.
    """
    under_way = {Campaign.Status.SCHEDULED, Campaign.Status.RUNNING, Campaign.Status.PAUSED}
    for relation, deed in (("include_segments", "sends to"), ("exclude_segments", "leaves out")):
        rows = Campaign.objects.filter(**{f"{relation}__in": segments})
        for pk, name, status, segment in rows.values_list("pk", "name", "status", relation).distinct():
            if segment in segments:  # the join gives the campaign's other segments, too
                through = segments[segment]
                whom = f"“{through}”, which is built on it" if through else "it"
                label = str(Campaign.Status(status).label)
                yield Usage("campaign", pk, name, label, f"{deed} {whom}", status in under_way)


def find_left(campaign: Campaign, subscriber_ids: Collection[int]) -> set[int]:
    """Who of these is in none of the include segments any more."""
    include = _list_segment_ids(campaign.include_segments.all())
    return set(subscriber_ids) - _find_members(include, subscriber_ids) if include else set()


def find_excluded(campaign: Campaign, subscriber_ids: Collection[int]) -> set[int]:
    """Who of these is in an exclude segment."""
    return _find_members(_list_segment_ids(campaign.exclude_segments.all()), subscriber_ids)


def find_survivors(subscriber_ids: Collection[int]) -> dict[int, Subscriber]:
    """For each id the person it stands for today: the end of its chain of merges."""
    people = found = Subscriber.objects.in_bulk(subscriber_ids)
    known = dict(people)
    while (
        ahead := {person.merged_into_id for person in found.values() if person.merged_into_id} - known.keys()
    ):
        found = Subscriber.objects.in_bulk(ahead)
        known |= found
    return {subscriber_id: _follow(person, known) for subscriber_id, person in people.items()}


def _follow(person: Subscriber, known: dict[int, Subscriber]) -> Subscriber:
    for _ in known:  # no chain is longer
        survivor = known.get(person.merged_into_id or 0)
        if survivor is None:
            break
        person = survivor
    return person


def _list_segment_ids(segments: Collection[Segment]) -> list[int]:
    return [segment.pk for segment in segments]


def _list_living(site_id: int, include: list[int], *, after: int = 0) -> QuerySet[Subscriber]:
    people = Subscriber.objects.filter(site=site_id, pk__gt=after).living()
    if not include:
        return people
    # Told the bound twice: joining the two in order, PostgreSQL would begin with the first member for each chunk.
    members = Membership.objects.filter(segment__in=include, subscriber=OuterRef("pk"), subscriber__gt=after)
    return people.filter(Exists(members))


def _choose(site_id: int, include: list[int], exclude: Collection[int]) -> QuerySet[Subscriber]:
    people = _list_living(site_id, include)
    left_out = Membership.objects.filter(segment__in=exclude, subscriber=OuterRef("pk"))
    return people.filter(~Exists(left_out)) if exclude else people


def _is_found_in(segment_ids: list[int]) -> Combinable:
    """Looked up for each person: as EXISTS, PostgreSQL may read all members of large segments for each chunk."""
    if not segment_ids:
        return Value(False)
    members = Membership.objects.filter(segment__in=segment_ids, subscriber=OuterRef("pk"))
    return Coalesce(Subquery(members.annotate(found=Value(True)).values("found")[:1]), Value(False))


def _find_members(segment_ids: list[int], subscriber_ids: Collection[int]) -> set[int]:
    rows = Membership.objects.filter(segment__in=segment_ids, subscriber__in=subscriber_ids)
    return set(rows.values_list("subscriber_id", flat=True))
