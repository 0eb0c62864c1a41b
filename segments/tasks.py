"""Doors for the workers: each makes one call into the domain."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from segments import building, following, indexing
from segments.uploads import results, running
from segments.uploads.drafts import UPLOADS_TASK
from segments.versions import BUILDING_TASK
from subscribers.models import Site
from subscribers.waking import note_began, wake


@shared_task(name="segments.tasks.follow_segments")
def follow_segments() -> None:
    """Make the members of every live segment those that its rule gives now."""
    note_began(settings.FOLLOWING_TASK)
    for site in Site.objects.all():
        following.follow_site(site, now=timezone.now())


@shared_task(name="segments.tasks.build_segments")
def build_segments() -> None:
    """Build the segments that wait for it: just saved, edited, or with too many changes to follow one by one."""
    note_began(BUILDING_TASK)
    building.build_waiting(now=timezone.now())


@shared_task(name="segments.tasks.prepare_indexes")
def prepare_segment_indexes() -> None:
    indexing.prepare_indexes()


@shared_task(name=UPLOADS_TASK)
def run_uploads() -> None:
    """Go on with the files that were confirmed for lists; what is left waits behind other work."""
    note_began(UPLOADS_TASK)
    if running.run_uploads(clock=timezone.now):
        wake(UPLOADS_TASK)


@shared_task(name="segments.tasks.forget_uploads")
def forget_uploads() -> None:
    results.forget_uploads(now=timezone.now())
