"""Events in the admin: what sites report, how often, and with which properties."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.db.models import BigIntegerField, Case, Count, OuterRef, QuerySet, Subquery, Value, When
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from unfold.decorators import action, display

from access.admin import OwnSitesAdmin
from access.scoping import scope
from subscribers.admin.seen import HeedsOthers
from subscribers.admin.seen_form import SeenForm
from subscribers.admin.standing import STANDING_HELP
from subscribers.models import Standing
from tracking.models import EventSummary, EventType, InboxItem
from tracking.setting_aside import discard, list_set_aside, say_what, say_why, show_sent, try_again
from tracking.vocabulary_admin import OrdersEvents
from tracking.volume import read_daily_counts
from tracking.wording import describe_event

TYPE_WORDS = {
    "text": "text",
    "number": "number",
    "boolean": "yes or no",
    "time": "date and time",
    "list": "list",
}


@admin.register(EventType)
class EventTypeAdmin(OrdersEvents, HeedsOthers, OwnSitesAdmin):
    """Made at first sight, or announced from within the rule builder; nobody adds one here."""

    form = SeenForm

    list_display = (
        "words",
        "name",
        "how_it_stands",
        "description",
        "people",
        "often",
        "first_seen_at",
        "site",
    )
    list_filter = ("site", "standing", "hidden")
    list_select_related = ("site",)
    search_fields = ("name", "description")
    ordering = ("name",)
    readonly_fields = ("how_it_stands", "words", "name", "site", "often", "properties_seen", "first_seen_at")
    fields = (
        *("words", "name", "site", "description", "how_it_stands", "hidden", "hidden_properties"),
        *("often", "properties_seen", "first_seen_at"),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: EventType | None = None) -> bool:
        """The log is append-only: with its type, all events of a name would go. What was only announced can go."""
        return obj is not None and obj.first_seen_at is None and super().has_delete_permission(request, obj)

    def get_form(self, request: HttpRequest, obj: Any = None, *args: Any, **kwargs: Any) -> Any:
        help_texts = {"description": "When does it happen? Your colleagues read this.", **STANDING_HELP}
        return super().get_form(request, obj, *args, help_texts=help_texts, **kwargs)

    def get_queryset(self, request: HttpRequest) -> QuerySet[EventType]:
        counts: Counter[int] = Counter()
        for day in read_daily_counts(days=30, zone=ZoneInfo("UTC"), now=timezone.now()).values():
            counts.update(day)
        count = Case(
            *(When(pk=pk, then=Value(count)) for pk, count in counts.items()),
            default=Value(0),
            output_field=BigIntegerField(),
        )
        types: QuerySet[EventType] = super().get_queryset(request)
        people = EventSummary.objects.filter(event_type=OuterRef("pk")).order_by().values("event_type")
        number = Subquery(people.annotate(number=Count("subscriber")).values("number"))
        # Of those that are to be accepted: of a million people each is counted otherwise.
        return types.annotate(
            count_30_days=count, people_count=Case(When(standing=Standing.NEW, then=number))
        )

    @display(description="People (of new ones)", ordering="people_count")
    def people(self, event_type: Any) -> str:
        return "" if event_type.people_count is None else f"{event_type.people_count:,}"

    @display(description="What happened")
    def words(self, event_type: EventType) -> str:
        return describe_event(event_type.name).label

    @display(description="In 30 days", ordering="count_30_days")
    def often(self, event_type: Any) -> str:
        return f"{event_type.count_30_days:,}"

    @display(description="Properties seen with it")
    def properties_seen(self, event_type: EventType) -> str:
        if not event_type.properties:
            return "None."
        rows = (
            (
                name,
                TYPE_WORDS.get(kind, kind) + (", personal" if name in event_type.personal_properties else ""),
            )
            for name, kind in sorted(event_type.properties.items())
        )
        items = format_html_join("", "<li class='ca-chip'>{} <span>{}</span></li>", rows)
        url = reverse("admin:tracking_eventtype_properties", args=[event_type.pk])
        link = format_html('<a class="text-link" href="{}">Merge, delete or mark them</a>', url)
        return format_html('<ul class="ca-chips">{}</ul><p>{}</p>', items, link)


@admin.register(InboxItem)
class SetAsideAdmin(OwnSitesAdmin):
    """Operations that could not be applied: why, and what becomes of them is for a person to say."""

    list_display = ("what", "site", "received_at", "failed_at", "failure")
    list_filter = ("site",)
    list_select_related = ("site",)
    list_display_links = ("what",)
    ordering = ("pk",)
    actions = ("try_again", "discard")
    readonly_fields = ("what", "site", "received_at", "failed_at", "failure", "why", "sent")
    fields = readonly_fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[InboxItem]:
        return scope(list_set_aside(), request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: InboxItem | None = None) -> bool:
        """Nobody rewrites what was sent."""
        return False

    def has_try_again_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("tracking.change_inboxitem")

    def get_actions(self, request: HttpRequest) -> Any:
        """Django's own deletion would do the same as “discard”, in other words."""
        return {
            name: action for name, action in super().get_actions(request).items() if name != "delete_selected"
        }

    @action(description="Try again", permissions=["try_again"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[InboxItem]) -> HttpResponse | None:
        own = scope(queryset, request.user, "tracking.change_inboxitem")
        return self._ask_then(request, own, "Try again", try_again, "{} go back into the inbox.")

    @action(description="Discard for good", permissions=["delete"])
    def discard(self, request: HttpRequest, queryset: QuerySet[InboxItem]) -> HttpResponse | None:
        own = scope(queryset, request.user, "tracking.delete_inboxitem")
        return self._ask_then(request, own, "Discard for good", discard, "{} discarded.")

    def _ask_then(
        self,
        request: HttpRequest,
        items: QuerySet[InboxItem],
        verb: str,
        act: Callable[[QuerySet[InboxItem]], int],
        done: str,
    ) -> HttpResponse | None:
        if request.POST.get("confirmed"):
            self.message_user(request, done.format(f"{act(items):,}"))
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": f"{verb}?",
            "opts": InboxItem._meta,
            "verb": verb,
            "action": request.POST["action"],
            "items": [(item, say_what(item)) for item in items],
        }
        return TemplateResponse(request, "admin/tracking/set_aside.html", context)

    @display(description="Operation")
    def what(self, item: InboxItem) -> str:
        return say_what(item)

    @display(description="What can be done")
    def why(self, item: InboxItem) -> str:
        return say_why(item)

    @display(description="As it was sent")
    def sent(self, item: InboxItem) -> str:
        return format_html("<pre>{}</pre>", json.dumps(show_sent(item), indent=2, ensure_ascii=False))
