"""By what the list of subscribers can be narrowed."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest


class ReachableFilter(SimpleListFilter):
    """Who has a device that can receive a push now."""

    title = "reachable by push"
    parameter_name = "reachable"

    def lookups(self, request: HttpRequest, model_admin: object) -> Iterable[tuple[str, str]]:
        return (("yes", "Yes"), ("no", "No"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() in {"yes", "no"}:
            return queryset.filter(is_reachable=self.value() == "yes")
        return queryset
