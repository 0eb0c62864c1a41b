"""Doors for the workers: each makes one call into the domain."""

from celery import shared_task
from django.utils import timezone

from segments.indexing import prepare_indexes
from segments.membership import refresh_all, refresh_membership
from segments.models import MembershipChange, Segment


@shared_task(name="segments.tasks.build_segment")
def build_segment(segment_id: int) -> None:
    """Build the members of a segment that was just saved."""
    segment = Segment.objects.filter(pk=segment_id).first()
    if segment:
        refresh_membership(segment, as_of=timezone.now(), cause=MembershipChange.Cause.BUILD)


@shared_task(name="segments.tasks.refresh_segments")
def refresh_segments() -> None:
    refresh_all(as_of=timezone.now())


@shared_task(name="segments.tasks.prepare_indexes")
def prepare_segment_indexes() -> None:
    prepare_indexes()
