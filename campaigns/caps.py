"""Frequency caps: no more than so many pushes to one person within a rolling window, whoever sends them.

Where two campaigns compete for one slot, the one of higher priority has it; of equals the one launched first. So a
push makes way for what is planned to come before or after it and goes first, and takes no notice of what does not.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from django.db import connection
from django.db.models import Q

from campaigns.models import Campaign, FrequencyCap, Occurrence

_LOCK_SPACE = 0xCA9  # any number, as long as no other advisory lock of ours has it

# One range of the primary key for each run that can matter, whatever else these people were ever sent. Instants come in
# microseconds since 1970: reading a million of them as times of day would take longer than finding them.
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_READ_OTHERS = """
SELECT delivery.subscriber_id, (1e6 * extract(epoch FROM
       CASE WHEN delivery.status IN ('planned', 'sending') THEN GREATEST(delivery.due_at, %(now)s)
            ELSE delivery.sent_at END))::bigint
FROM unnest(%(campaigns)s::bigint[], %(occurrences)s::integer[], %(go_first)s::boolean[])
         AS run (campaign_id, occurrence, goes_first)
JOIN campaigns_delivery AS delivery
  ON delivery.campaign_id = run.campaign_id AND delivery.occurrence = run.occurrence
WHERE delivery.subscriber_id = ANY(%(subscribers)s)
  AND (delivery.sent_at > %(since)s OR delivery.status = 'sending'
       OR (delivery.status = 'planned' AND run.goes_first))
"""
_READ_SHELLS = "SELECT id, merged_into_id FROM subscribers_subscriber WHERE merged_into_id = ANY(%s)"


class Cap(NamedTuple):
    """At most `limit` pushes within any half-open window (end − window, end]."""

    limit: int
    window: dt.timedelta


class _Run(NamedTuple):
    campaign_id: int
    occurrence: int
    goes_first: bool


def list_caps(campaign: Campaign) -> list[Cap]:
    """The limits that a campaign's pushes keep to; none: everybody gets them."""
    if campaign.cap_by == Campaign.CapBy.NONE:
        return []
    if campaign.cap_by == Campaign.CapBy.OWN:
        return [Cap(campaign.cap_limit, campaign.cap_window)]
    rows = FrequencyCap.objects.filter(site=campaign.site_id).order_by("window")
    return [Cap(*row) for row in rows.values_list("limit", "window")]


def exceeds(caps: Iterable[Cap], at: dt.datetime, others: Sequence[dt.datetime]) -> bool:
    """Whether a push at `at` would be one too many beside the others, in any window that holds it."""
    return any(_is_full(cap, at, others) for cap in caps)


def find_horizon(caps: Iterable[Cap], at: dt.datetime) -> dt.datetime:
    """The instant up to which pushes do not matter any more to one at `at` or later."""
    return at - max((cap.window for cap in caps), default=dt.timedelta(0))


def read_others(
    campaign: Campaign,
    occurrence: int,
    subscriber_ids: Collection[int],
    *,
    now: dt.datetime,
    since: dt.datetime,
) -> dict[int, list[dt.datetime]]:
    """When each of these people got, or will get, the pushes that a run of a campaign has to make way for.

    Those sent after `since` (find_horizon), those being sent, and those planned in runs that go first; of campaigns
    that count towards caps. What is overdue counts as sent at `now`. Who was merged into somebody is them.
    """
    runs = _list_runs(campaign, occurrence, now=now, since=since)
    if not runs:
        return {}
    people = _find_shells(subscriber_ids)
    others: defaultdict[int, list[dt.datetime]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            _READ_OTHERS,
            {
                "campaigns": [run.campaign_id for run in runs],
                "occurrences": [run.occurrence for run in runs],
                "go_first": [run.goes_first for run in runs],
                "subscribers": list(people),
                "now": now,
                "since": since,
            },
        )
        for subscriber_id, microseconds in cursor:
            others[people[subscriber_id]].append(_EPOCH + dt.timedelta(microseconds=microseconds))
    return others


def lock_slots(site_id: int) -> None:
    """Let nobody else take a site's last slots until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_SPACE, site_id % 2**31])


def _is_full(cap: Cap, at: dt.datetime, others: Sequence[dt.datetime]) -> bool:
    if len(others) < cap.limit:
        return False
    near = [other for other in others if at - cap.window < other < at + cap.window]
    if len(near) < cap.limit:
        return False
    ends = [at, *(other for other in near if other > at)]
    return any(sum(end - cap.window < other <= end for other in near) >= cap.limit for end in ends)


def _list_runs(campaign: Campaign, occurrence: int, *, now: dt.datetime, since: dt.datetime) -> list[_Run]:
    """The runs of the site's campaigns in which somebody was sent something after `since`, or may yet be."""
    recent = Occurrence.objects.filter(
        Q(finished_at=None) | Q(finished_at__gt=since),
        campaign__site=campaign.site_id,
        campaign__counts_towards_caps=True,
    ).exclude(campaign=campaign, number=occurrence)
    rank = _rank(campaign, occurrence, now)
    return [
        _Run(
            run.campaign_id,
            run.number,
            _is_live(run.campaign) and _rank(run.campaign, run.number, now) < rank,
        )
        for run in recent.select_related("campaign")
    ]


def _is_live(campaign: Campaign) -> bool:
    return campaign.status != Campaign.Status.CANCELLED


def _rank(campaign: Campaign, occurrence: int, now: dt.datetime) -> tuple[int, dt.datetime, int, int]:
    """Which of two goes first: the smaller. A draft is as if it were launched now."""
    return -campaign.priority, campaign.launched_at or now, campaign.pk, occurrence


def _find_shells(subscriber_ids: Collection[int]) -> dict[int, int]:
    """These people, and all who were merged into them, each with the one they are now."""
    people = {subscriber_id: subscriber_id for subscriber_id in subscriber_ids}
    found = list(people)
    with connection.cursor() as cursor:
        while found:
            cursor.execute(_READ_SHELLS, [found])
            merged = [(shell, into) for shell, into in cursor if shell not in people]
            people |= {shell: people[into] for shell, into in merged}
            found = [shell for shell, _ in merged]
    return people
