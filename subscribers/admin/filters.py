"""By what the list of subscribers can be narrowed."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter

from subscribers.countries import COUNTRIES


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


class CountryFilter(DropdownFilter):
    """All countries there are: which ones occur, only a look at every subscriber would tell."""

    title = "country"
    parameter_name = "country"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return sorted(COUNTRIES.items(), key=lambda country: country[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(country=self.value()) if self.value() in COUNTRIES else queryset
