"""How long entries of the audit log are kept: the only way by which any goes (access/migrations/0002_keys_and_audit.py)."""

import datetime as dt

from django.conf import settings
from django.db import connection, transaction

from access.models import AuditEntry

# The trigger lets nothing younger go, whatever is asked.
LEAST = dt.timedelta(days=30)
AT_ONCE = 10_000


def forget_entries(*, now: dt.datetime) -> int:
    """Delete what is older than AUDIT_RETENTION_DAYS, a batch in each transaction; how many went."""
    if not settings.AUDIT_RETENTION_DAYS:
        return 0
    until = now - max(dt.timedelta(days=settings.AUDIT_RETENTION_DAYS), LEAST)
    gone = 0
    while True:
        batch = _forget_some(until)
        gone += batch
        if batch < AT_ONCE:
            return gone


def _forget_some(until: dt.datetime) -> int:
    old = AuditEntry.objects.filter(at__lt=until).order_by("at").values("pk")[:AT_ONCE]
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL carillon.audit_retention = 'on'")
        return AuditEntry.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()[0]
