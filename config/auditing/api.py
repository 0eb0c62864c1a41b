"""The audit log through the management API: read, searched, never written."""

from typing import Any, ClassVar

import django_filters as filters
from django.db.models import Q, QuerySet
from django.forms import GenericIPAddressField
from rest_framework import serializers, viewsets

from access.models import AuditEntry
from access.scoping import scope
from config.auditing.wording import say_shown
from subscribers.api.instants import InstantFilter
from subscribers.api.strict import KnownQuery


class AuditEntrySerializer(serializers.ModelSerializer[AuditEntry]):
    """Who did what to what, when. Of people: an opaque id and names of fields."""

    # A row that the log names may be gone, its site too: these are numbers, and lead nowhere.
    site = serializers.IntegerField(source="site_id", allow_null=True, read_only=True)
    shown = serializers.SerializerMethodField(
        help_text="In words: how many people a list or a preview showed, and by which filter; a rule without its values"
    )
    details = serializers.DictField(read_only=True, help_text="Like the filter and the count of a list")
    before = serializers.DictField(read_only=True, allow_null=True)
    after = serializers.DictField(read_only=True, allow_null=True)

    class Meta:
        model = AuditEntry
        fields: ClassVar = [
            "id", "at", "actor", "actor_id", "actor_name", "address", "door", "action",
            "target_type", "target_id", "target_name", "site", "fields", "before", "after", "shown",
            "details",
        ]  # fmt: skip
        read_only_fields = fields

    def get_shown(self, entry: AuditEntry) -> str:
        return say_shown(entry)


class AddressFilter(filters.Filter):
    """Of an address on the net, however it is written; anything else is refused."""

    field_class = GenericIPAddressField


class AuditFilter(filters.FilterSet):
    address = AddressFilter()
    since = InstantFilter(field_name="at", lookup_expr="gte")
    before = InstantFilter(field_name="at", lookup_expr="lt")
    site = filters.NumberFilter(field_name="site_id")
    search = filters.CharFilter(method="find", label="In names and ids of who and what")

    class Meta:
        model = AuditEntry
        fields: ClassVar = ["actor", "actor_id", "door", "action", "target_type", "target_id"]

    def find(self, rows: QuerySet[AuditEntry], name: str, value: str) -> QuerySet[AuditEntry]:
        columns = ("actor_name", "action", "target_type", "target_name", "target_id")
        return rows.filter(Q(*((f"{column}__icontains", value) for column in columns), _connector=Q.OR))


class AuditEntryViewSet(KnownQuery, viewsets.ReadOnlyModelViewSet[AuditEntry]):
    """Who did what, newest first: of one's own sites; those of no site for whoever may read the log of every site."""

    queryset = AuditEntry.objects.all()
    serializer_class = AuditEntrySerializer
    filterset_class = AuditFilter

    def get_queryset(self) -> QuerySet[AuditEntry]:
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):  # the schema is everybody's
            return rows
        user: Any = self.request.user
        return scope(rows, user)
