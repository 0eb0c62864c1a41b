"""By what the lists of the management door can be narrowed."""

from typing import ClassVar

import django_filters as filters

from subscribers.models import Subscriber


class SubscriberFilter(filters.FilterSet):
    email = filters.CharFilter(lookup_expr="iexact")
    country = filters.CharFilter(lookup_expr="iexact")
    uuid = filters.UUIDFilter()
    seen_since = filters.IsoDateTimeFilter(field_name="last_seen_at", lookup_expr="gte")

    class Meta:
        model = Subscriber
        fields: ClassVar = ["site", "external_id", "email", "country", "uuid", "seen_since"]
