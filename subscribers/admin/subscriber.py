"""A subscriber in the admin: who they are and how to reach them.

What they did, which segments they are in and what they were sent is added by the composed page
(config/subscriber_page.py), which is the one that is registered: the apps that know it stand above this one.
"""

import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib.humanize.templatetags.humanize import naturaltime
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils import timezone
from unfold.decorators import display

from access.admin import OwnSitesAdmin
from access.scoping import name_seeing, scope
from subscribers.admin.erasing_views import erase_subscriber, export_subscriber
from subscribers.admin.filters import CountryFilter, ReachableFilter
from subscribers.admin.seen import HeedsOthers
from subscribers.admin.subscriber_form import SubscriberForm
from subscribers.changes import name_attribute, name_profile, note_changes
from subscribers.customer_ids import clean_customer_id
from subscribers.erasing import erase_people
from subscribers.kept_aside import is_refused
from subscribers.models import Attribute, Identity, PushSubscription, Site, Subscriber
from subscribers.rights import may_erase, may_export
from subscribers.sampling import show_value
from subscribers.viewing import find_hidden, mask_attributes, mask_field

ACTIVE_DEVICES = PushSubscription.objects.active().filter(subscriber=OuterRef("pk"))

ACTIVE_FIRST = F("ended_at").desc(nulls_first=True)


class SubscriberAdmin(HeedsOthers, OwnSitesAdmin):
    """Subscribers come from tracking, so nobody adds one here; their profile can be corrected."""

    form = SubscriberForm
    list_display: ClassVar[Any] = ("who", "country", "last_seen", "reachable")
    list_filter = ("site", ReachableFilter, CountryFilter)
    list_filter_submit = True
    list_per_page = 25
    show_full_result_count = False
    search_fields = ("external_id__startswith", "email__istartswith")
    search_help_text = "Start of a customer id or email, or browser id"
    ordering = ("-last_seen_at", "-pk")
    fields = ("email", "country", "region", "city", "timezone", "language")
    change_form_template = "admin/subscribers/subscriber.html"

    def get_fields(self, request: HttpRequest, obj: Subscriber | None = None) -> Any:
        """Without what they may not see: a mask would be saved in its place."""
        hidden = find_hidden(obj.site_id).fields if obj else frozenset()
        return [name for name in self.fields if name not in hidden]

    def get_search_fields(self, request: HttpRequest) -> Any:
        """Without what any site that they see hides: whoever may not see it may not try it out, either."""
        hidden = set().union(*(find_hidden(pk).fields for pk in Site.objects.values_list("pk", flat=True)))
        return [name for name in self.search_fields if name.partition("__")[0] not in hidden]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Subscriber, form: Any, change: bool) -> None:
        topics = [name_attribute(key) for key in form.follow_attributes()]
        super().save_model(request, obj, form, change)
        topics += [name_profile(field) for field in form.changed_data]
        note_changes(obj.site_id, {topic: [obj.pk] for topic in topics}, now=timezone.now())

    def delete_model(self, request: HttpRequest, obj: Subscriber) -> None:
        erase_people(obj.site_id, [obj.pk], now=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Subscriber]) -> None:
        for person in queryset:
            erase_people(person.site_id, [person.pk], now=timezone.now())

    def get_queryset(self, request: HttpRequest) -> QuerySet[Subscriber]:
        people: QuerySet[Subscriber] = super().get_queryset(request)
        sites = self._list_sites(request)[:2]
        if len(sites) == 1:  # named, so that the index on site and last visit gives the order
            people = people.filter(site=sites[0])
        return people.filter(merged_into=None).annotate(is_reachable=Exists(ACTIVE_DEVICES))

    def _list_sites(self, request: HttpRequest) -> list[int]:
        own = scope(Site.objects.all(), request.user, *name_seeing(Subscriber))
        return list(own.values_list("pk", flat=True))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Subscriber], search_term: str
    ) -> tuple[QuerySet[Subscriber], bool]:
        try:
            browser = uuid.UUID(search_term.strip())
        except ValueError:
            found: tuple[QuerySet[Subscriber], bool] = super().get_search_results(
                request, queryset, clean_customer_id(search_term)
            )
            return found
        names = Identity.objects.filter(
            site__in=self._list_sites(request),
            kind=Identity.Kind.ANONYMOUS,
            value=str(browser),
        )
        known = list(names.values_list("subscriber_id", flat=True))
        return queryset.filter(Q(uuid=browser) | Q(pk__in=known)), False

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Mapping[str, Any] | None = None,
    ) -> Any:
        subscriber = self.get_object(request, object_id)
        context = {**(extra_context or {})}
        if subscriber is not None and self.has_view_permission(request, subscriber):
            context |= self.describe(request, subscriber)
        return super().change_view(request, object_id, form_url, context)

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<int:subscriber_id>/{name}/",
                self.admin_site.admin_view(view),
                {"model_admin": self},
                name=f"subscribers_subscriber_{name}",
            )
            for name, view in (("erase", erase_subscriber), ("export", export_subscriber))
        ]
        return [*own, *super().get_urls()]

    def describe(self, request: HttpRequest, subscriber: Subscriber) -> dict[str, Any]:
        """What the page shows besides the form."""
        return {
            "subscriber": subscriber,
            "may_erase": may_erase(request.user, subscriber),
            "may_export": may_export(request.user, subscriber),
            "attributes": list_attributes(subscriber),
            "shown": {
                name: mask_field(name, getattr(subscriber, name), subscriber.site_id)
                for name in ("external_id", "claimed_id", "email", "city", "region")
            },
            "devices": list(subscriber.push_subscriptions.order_by(ACTIVE_FIRST, "-last_seen_at")),
        }

    @display(description="Who", ordering="external_id")
    def who(self, subscriber: Subscriber) -> str:
        return str(subscriber)

    @display(description="Last seen", ordering="last_seen_at")
    def last_seen(self, subscriber: Subscriber) -> str:
        return str(naturaltime(subscriber.last_seen_at))

    @display(description="Reachable", boolean=True)
    def reachable(self, subscriber: Any) -> bool:
        return bool(subscriber.is_reachable)


def list_attributes(subscriber: Subscriber) -> list[dict[str, str]]:
    """Each value with its key, the words for its type, and what it means, in the order of the keys.

    A newer one that could not be kept stands below it.
    """
    attributes = mask_attributes(subscriber.attributes, subscriber.site_id)
    raw_values = mask_attributes(subscriber.raw_values, subscriber.site_id)
    known = {attribute.key: attribute for attribute in Attribute.objects.filter(site=subscriber.site_id)}
    rows = []
    for key in sorted(subscriber.attributes.keys() | subscriber.raw_values.keys()):
        attribute = known.get(key)
        description = attribute.description if attribute else ""
        if key in subscriber.attributes:
            type_ = attribute.get_type_display() if attribute else ""
            rows.append(_describe(key, attributes[key], type_, description))
        if key in subscriber.raw_values and is_refused(attribute, key, subscriber.raw_values[key]):
            rows.append(_describe(key, raw_values[key], "Kept aside", description))
    return rows


def _describe(key: str, value: Any, type_: str, description: str) -> dict[str, str]:
    return {"key": key, "value": show_value(value), "type": type_, "description": description}
