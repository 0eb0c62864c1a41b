"""Filters of the list of campaigns. `?segment=<id>` is also where a segment's page can link to."""

from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter

from access.scoping import name_seeing, scope
from campaigns.approvals import list_waiting
from campaigns.models import Campaign, SendingPolicy
from segments.models import Segment
from subscribers.models import Site


class SegmentFilter(DropdownFilter):
    """Campaigns that send to a segment or leave it out."""

    title = "segment"
    parameter_name = "segment"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Campaign]) -> list[tuple[str, str]]:
        own = scope(Segment.objects.order_by("name"), request.user)
        return [(str(pk), name) for pk, name in own.values_list("pk", "name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Campaign]) -> QuerySet[Campaign]:
        value = self.value()
        if not value or not value.isdecimal():
            return queryset
        including = Campaign.objects.filter(include_segments=int(value))
        excluding = Campaign.objects.filter(exclude_segments=int(value))
        return queryset.filter(pk__in=including.values("pk")) | queryset.filter(pk__in=excluding.values("pk"))


class SiteFilter(DropdownFilter):
    """Campaigns of one site; not offered where there is only one."""

    title = "site"
    parameter_name = "site"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Campaign]) -> list[tuple[str, str]]:
        own = scope(Site.objects.order_by("name"), request.user, *name_seeing(Campaign))
        sites = list(own.values_list("pk", "name"))
        return [(str(pk), name) for pk, name in sites] if len(sites) > 1 else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Campaign]) -> QuerySet[Campaign]:
        value = self.value()
        return queryset.filter(site=int(value)) if value and value.isdecimal() else queryset


class ApprovalFilter(DropdownFilter):
    """Campaigns that somebody has to approve; not offered where no site asks for that."""

    title = "approval"
    parameter_name = "approval"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Campaign]) -> list[tuple[str, str]]:
        asking = scope(SendingPolicy.objects.filter(approval_above__isnull=False), request.user)
        return [("waiting", "Waiting for approval")] if asking.exists() else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Campaign]) -> QuerySet[Campaign]:
        return list_waiting(queryset) if self.value() == "waiting" else queryset
