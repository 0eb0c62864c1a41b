"""The dry run that holds for a draft as it is now: worked out on the spot for a small site, by a worker for a large one."""

import datetime as dt

from django.contrib.auth.models import User

from campaigns.dry_runs.requests import request_dry_run
from campaigns.dry_runs.work import work_out
from campaigns.models import Campaign, DryRun
from subscribers.models import Subscriber

SMALL = 10_000  # people of a site; going through them takes about a second
FRESH = dt.timedelta(minutes=15)  # later, too many have come and gone
OPEN = (DryRun.Status.WAITING, DryRun.Status.RUNNING)


def answer_dry_run(campaign: Campaign, user: User | None, *, now: dt.datetime, anew: bool = False) -> DryRun:
    """The dry run of a launch now, or of one not long ago; where it is not ready yet, ask again soon.

    `anew`: whatever was worked out before, for this instant.
    """
    is_small = Subscriber.objects.living().filter(site=campaign.site_id)[: SMALL + 1].count() <= SMALL
    known = None if anew or is_small else find_dry_run(campaign, now=now)
    if known is not None:
        return known
    asked = request_dry_run(campaign, user, now=now)
    if is_small:
        # Another worker may be at it already, or have done it.
        return work_out(campaign, now=now) or DryRun.objects.filter(campaign=campaign).first() or asked
    return asked


def find_dry_run(campaign: Campaign, *, now: dt.datetime) -> DryRun | None:
    """The latest one, if it still holds for the campaign as it is now."""
    dry_run = DryRun.objects.filter(campaign=campaign).first()
    if dry_run is None or dry_run.as_of < campaign.updated_at:
        return None
    return dry_run if dry_run.status in OPEN or now - dry_run.as_of < FRESH else None
