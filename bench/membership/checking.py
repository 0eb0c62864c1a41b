"""Whether membership is right in the end: against the whole rule for everybody, and against the evaluator."""

import dataclasses
import datetime as dt
from collections.abc import Collection, Sequence

from django.db import connection
from tqdm import tqdm

from segments.definitions import read_rule, select_ids
from segments.models import Segment
from segments.verification import verify_segments
from subscribers.models import Site, Subscriber

DIFFERENCES = """
WITH members AS MATERIALIZED ({ids})
SELECT (SELECT count(*) FROM members WHERE NOT EXISTS
            (SELECT 1 FROM segments_membership AS m WHERE m.segment_id = %s AND m.subscriber_id = members.id)),
       (SELECT count(*) FROM segments_membership AS m WHERE m.segment_id = %s AND NOT EXISTS
            (SELECT 1 FROM members WHERE members.id = m.subscriber_id))
"""


@dataclasses.dataclass(frozen=True)
class Check:
    """Differences found: over everybody by the whole rule in SQL, and over some people by the evaluator."""

    everybody: int
    people: int
    evaluated: int


def check_segments(
    site: Site, segments: Sequence[Segment], *, as_of: dt.datetime, people: Collection[int]
) -> Check:
    everybody = sum(
        _count_differences(site, segment, as_of)
        for segment in tqdm(segments, desc="checking everybody", unit="segment")
    )
    with tqdm(total=len(people), desc="verifying by the evaluator", unit="person") as bar:
        found = verify_segments(segments, as_of=as_of, people=people, advance=bar.update)
    evaluated = sum(len(each.missing) + len(each.extra) for each in found.values())
    return Check(everybody, len(people), evaluated)


def draw_people(site: Site, number: int) -> set[int]:
    rows = Subscriber.objects.living().filter(site=site).order_by("uuid")
    return set(rows.values_list("pk", flat=True)[:number])


def _count_differences(site: Site, segment: Segment, as_of: dt.datetime) -> int:
    ids = select_ids(site, read_rule(site, segment.rule, segment=segment), as_of=as_of)
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENCES.format(ids=ids.text), [*ids.params, segment.pk, segment.pk])
        missing, extra = cursor.fetchone()
    return int(missing) + int(extra)
