"""The run that a launch would begin with."""

import datetime as dt

from campaigns.models import Campaign, DryRun
from campaigns.planning.chunks import settle_test
from campaigns.planning.terms import Terms, read_terms
from campaigns.recurrence import find_next_run
from campaigns.schedule import find_day


def suppose_run(campaign: Campaign, *, as_of: dt.datetime) -> Terms:
    """The terms of a campaign's run (of one that repeats: its next) if it were launched at `as_of`."""
    coming = find_next_run(campaign, now=as_of)
    terms = read_terms(
        campaign,
        number=coming.number if coming else 1,
        day=coming.day if coming else find_day(campaign),
        as_of=as_of,
        test_ends_at=_find_test_end(campaign, as_of),
    )
    return settle_test(terms)


def _find_test_end(campaign: Campaign, as_of: dt.datetime) -> dt.datetime | None:
    """As the dry run of that instant has found it out, which saves looking for those who would be tested first."""
    known = DryRun.objects.filter(campaign=campaign, as_of=as_of).values_list("summary", flat=True).first()
    ends_at = known and known["test_ends_at"]
    return dt.datetime.fromisoformat(ends_at) if ends_at else None
