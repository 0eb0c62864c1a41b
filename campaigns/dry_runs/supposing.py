"""The run that a launch would begin with."""

import datetime as dt

from campaigns.models import Campaign
from campaigns.planning.chunks import settle_test
from campaigns.planning.terms import Terms, read_terms
from campaigns.recurrence import find_next_run


def suppose_run(campaign: Campaign, *, as_of: dt.datetime, test_ends_at: dt.datetime | None = None) -> Terms:
    """The terms of a campaign's run (of one that repeats: its next) if it were launched at `as_of`.

    Give `test_ends_at` where it is known, to save looking for those who would be tested first.
    """
    coming = find_next_run(campaign, now=as_of)
    terms = read_terms(
        campaign,
        number=coming.number if coming else 1,
        day=coming.day if coming else campaign.local_date,
        as_of=as_of,
        test_ends_at=test_ends_at,
    )
    return settle_test(terms)
