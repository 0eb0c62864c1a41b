"""The statements that count people by the segments they are in: everybody, or those of the sample.

Each segment is a bit, each person the sum of theirs. Rows are read in order from indexes and merged by person.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.conf import settings

from segments.looking.sampling import IN_SAMPLE
from segments.models import Segment
from segments.preview.guard import Budget, guard_database
from segments.rules.samples import in_sample_sql
from segments.rules.sql import Fragment
from subscribers.models import Site

# Ordered within, or the planner gathers them in a hash table, which takes twice as long.
BY_PERSON = "(SELECT * FROM ({rows}) AS found ORDER BY subscriber_id) AS found GROUP BY subscriber_id"
PEOPLE = """
SELECT count(*) FROM (
    SELECT id AS subscriber_id FROM subscribers_subscriber WHERE site_id = %s AND merged_into_id IS NULL {sample}
) AS living WHERE TRUE {part}
"""


@contextmanager
def spend_time(*, exact: bool) -> Iterator[Budget]:
    """Time and a slot for counting, those of previews. Raises what is in `segments.preview.guard`."""
    with guard_database(settings.PREVIEW_TIMEOUT_MS, quick=not exact) as budget:
        yield budget


def join_rows(parts: Sequence[Fragment]) -> Fragment:
    """All rows of the parts, by person."""
    text = BY_PERSON.format(rows=" UNION ALL ".join(part.text for part in parts))
    return Fragment(text, tuple(value for part in parts for value in part.params))


def limit_rows(*, exact: bool) -> str:
    return "" if exact else IN_SAMPLE


def count_living(site: Site, budget: Budget, *, exact: bool) -> int:
    """The site's subscribers, or those in the sample."""
    # The index of the whole sample serves its part.
    sample = "" if exact else f"AND {in_sample_sql('id')}"
    with budget.spend() as cursor:
        cursor.execute(PEOPLE.format(sample=sample, part=limit_rows(exact=exact)), [site.pk])
        (found,) = cursor.fetchone()
    return int(found)


def list_bits(mask: int) -> Iterator[int]:
    """The places of the bits that are set: 0 for the first segment."""
    return (place for place in range(mask.bit_length()) if mask >> place & 1)


def pick_segments(segments: Sequence[Segment], mask: int) -> tuple[Segment, ...]:
    return tuple(segments[place] for place in list_bits(mask))
