"""What the admin's own forms and lists write into the audit log: what Django tells its history, with values of before and after."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from access.audit import Change, record, record_change


class AuditedAdmin:
    """Mixed into every class of the admin. What a form changes in a row that has an address, the middleware compares."""

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        record_change(request, "add", obj)
        return super().log_addition(request, obj, message)  # type: ignore[misc]  # mixed into a ModelAdmin

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        for row in queryset:
            record(request, "delete", row, change=Change(()))
        return super().log_deletions(request, queryset)  # type: ignore[misc]
