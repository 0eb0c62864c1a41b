"""By what the lists of the management door can be narrowed."""

from typing import ClassVar
from uuid import UUID

import django_filters as filters
from django.db.models import QuerySet

from subscribers.api.instants import InstantFilter
from subscribers.customer_ids import clean_customer_id
from subscribers.lookup import find_by_browser
from subscribers.models import Site, Subscriber
from subscribers.viewing import find_hidden


def _leave_hidden(people: QuerySet[Subscriber], field: str) -> QuerySet[Subscriber]:
    """Whoever may not see a field may not try it out, either."""
    sites = Site.objects.values_list("pk", flat=True)
    return people.exclude(site__in=[pk for pk in sites if field in find_hidden(pk).fields])


class SubscriberFilter(filters.FilterSet):
    external_id = filters.CharFilter(method="filter_external_id")
    email = filters.CharFilter(method="filter_email")
    country = filters.CharFilter(lookup_expr="iexact")
    uuid = filters.UUIDFilter(method="filter_browser", label="Any of the browser ids they were seen by")
    seen_since = InstantFilter(field_name="last_seen_at", lookup_expr="gte")

    class Meta:
        model = Subscriber
        fields: ClassVar = ["site", "external_id", "email", "country", "uuid", "seen_since"]

    def filter_external_id(self, people: QuerySet[Subscriber], name: str, value: str) -> QuerySet[Subscriber]:
        """In the form in which ids are kept, however it is asked for."""
        return _leave_hidden(people, name).filter(external_id=clean_customer_id(value))

    def filter_email(self, people: QuerySet[Subscriber], name: str, value: str) -> QuerySet[Subscriber]:
        return _leave_hidden(people, name).filter(email__iexact=value)

    def filter_browser(self, people: QuerySet[Subscriber], name: str, browser: UUID) -> QuerySet[Subscriber]:
        return people.filter(pk__in=find_by_browser(browser))
