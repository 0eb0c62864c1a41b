"""What the admin's own forms and lists did, as Django's history of them says: one entry in the audit log for each row.

Every form and list of the admin writes that history, so none of them can forget it.
"""

from __future__ import annotations

from typing import Any

from django.contrib.admin.models import ADDITION, DELETION, LogEntry
from django.db.models import Max
from django.http import HttpRequest

from access.audit import Target, record, record_change
from access.row_values import NAMED
from config.auditing.subjects import Subject, find_row


def find_mark() -> int:
    """Where the history ends now."""
    last: int | None = LogEntry.objects.aggregate(last=Max("pk"))["last"]
    return last or 0


def note_history(request: HttpRequest, mark: int, subjects: list[Subject], **details: Any) -> None:
    """Write what this person's history says since the mark."""
    before = {(each.row._meta.label_lower, str(each.row.pk)): each for each in subjects}
    written = LogEntry.objects.filter(pk__gt=mark, user=request.user.pk).select_related("content_type")
    for line in written.order_by("pk"):
        model = line.content_type.model_class() if line.content_type else None
        if model is None:
            continue
        label, key = model._meta.label_lower, str(line.object_id)
        subject, now = before.get((label, key)), find_row(model, key)
        if line.action_flag == ADDITION and now is not None:
            record_change(request, "add", now, **details)
        elif subject is not None:
            gone = line.action_flag == DELETION
            action = "delete" if gone else "change"
            row = subject.row if gone or now is None else now
            record_change(request, action, row, before=subject.values, deleted=gone, **details)
        else:
            action = {ADDITION: "add", DELETION: "delete"}.get(line.action_flag, "change")
            name = line.object_repr if label in NAMED else ""
            record(request, action, now or Target(label, key, name), **details)
