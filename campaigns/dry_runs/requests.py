"""Asking for a dry run: a row says so, a worker does it."""

import datetime as dt

from django.contrib.auth.models import User
from django.db import transaction

from campaigns.models import Campaign, DryRun
from subscribers.waking import wake

DRY_RUNS_TASK = "campaigns.tasks.work_out_dry_runs"


def request_dry_run(campaign: Campaign, user: User | None, *, now: dt.datetime) -> DryRun:
    """Have it worked out what a launch at `now` would do, in place of what was worked out before."""
    fresh = {
        "status": DryRun.Status.WAITING,
        "as_of": now,
        "looked_at": 0,
        "total": 0,
        "summary": None,
        "failure": "",
        "requested_by": user,
        "finished_at": None,
    }
    dry_run, _ = DryRun.objects.update_or_create(campaign=campaign, defaults=fresh)
    transaction.on_commit(lambda: wake(DRY_RUNS_TASK))
    return dry_run
