"""Ticks of the clock (settings.CELERY_BEAT_SCHEDULE): thin doors to the stages of campaigns."""

import datetime as dt

from celery import shared_task
from django.utils import timezone

from campaigns import retention
from campaigns.attribution import attribute_open_runs
from campaigns.delivery import keep_delivering
from campaigns.dry_runs import DRY_RUNS_TASK, work_out_waiting
from campaigns.experiments import choose_due_winners
from campaigns.planning import plan_due_campaigns
from campaigns.transports.webpush import open_transport
from subscribers.waking import note_began

_LONGEST_TURN = dt.timedelta(seconds=50)  # what is left then is for the next tick


@shared_task
def launch_scheduled_campaigns() -> None:
    """Plan the campaigns whose time has come."""
    plan_due_campaigns(now=timezone.now())


@shared_task(name=DRY_RUNS_TASK)
def work_out_dry_runs() -> None:
    """Work out what launches would do, for those who asked."""
    note_began(DRY_RUNS_TASK)
    work_out_waiting(now=timezone.now())


@shared_task
def deliver_due_batches() -> None:
    """Send until nothing is due, or time is up."""
    until = timezone.now() + _LONGEST_TURN
    with open_transport() as transport:
        keep_delivering(clock=timezone.now, until=until, transport=transport)


@shared_task
def choose_winners() -> None:
    """Decide on the campaigns whose test is over."""
    choose_due_winners(now=timezone.now())


@shared_task
def count_conversions() -> None:
    """Count what people did since the last time, for as long as it may count."""
    attribute_open_runs(now=timezone.now())


@shared_task
def forget_deliveries() -> None:
    """Let what is older than its site keeps be nobody's."""
    retention.forget_deliveries(now=timezone.now())
