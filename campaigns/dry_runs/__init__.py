"""What a launch would do, worked out beforehand by the very code that plans: figures, single people, sample messages."""

from campaigns.dry_runs.people import Outlook, PeoplePage, Wanted, list_people
from campaigns.dry_runs.requests import DRY_RUNS_TASK, request_dry_run
from campaigns.dry_runs.samples import Sample, render_samples
from campaigns.dry_runs.summary import Summary
from campaigns.dry_runs.work import work_out, work_out_waiting

__all__ = [
    "DRY_RUNS_TASK",
    "Outlook",
    "PeoplePage",
    "Sample",
    "Summary",
    "Wanted",
    "list_people",
    "render_samples",
    "request_dry_run",
    "work_out",
    "work_out_waiting",
]
