"""What workers do for staff and keys."""

from celery import shared_task
from django.utils import timezone

from access import audit_retention


@shared_task
def forget_audit_entries() -> None:
    audit_retention.forget_entries(now=timezone.now())
