"""Sites: keys, the lines to paste into one's pages, and what a browser may say."""

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelect2Widget, UnfoldAdminTextareaWidget, UnfoldAdminURLInputWidget

from access.admin import OwnSitesAdmin
from subscribers.admin.copying import make_copyable
from subscribers.admin.identity import ProvesIdentities
from subscribers.admin.seen import HeedsOthers
from subscribers.admin.seen_form import SeenForm
from subscribers.admin.twins import TellsTwins
from subscribers.changes import ZONE, note_for_everyone
from subscribers.contacts import find_contact_problem
from subscribers.models import PersonalField, Site, default_personal_fields
from subscribers.origins import is_origin
from subscribers.timezones import explain_clock, list_timezones

# Queues commands, also those called as methods, until the script is there (docs/sdk.md).
SNIPPET = """<script>window.carillon = window.carillon || []; for (const name of 'addAttribute addEvent identify page ready subscribe unsubscribe'.split(' ')) carillon[name] = carillon[name] || ((...given) => new Promise((resolve) => carillon.push(Object.assign([name, ...given], {{ resolve }}))));</script>
<script async src="{url}/sdk/carillon.js" data-site-key="{key}"></script>"""


class OriginsField(forms.CharField):
    """Origins, one per line, kept as a list."""

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        lines = [line.strip().rstrip("/") for line in super().clean(value).splitlines()]
        origins = list(dict.fromkeys(line for line in lines if line))
        wrong = [origin for origin in origins if not is_origin(origin)]
        if wrong:
            raise forms.ValidationError(
                [f"“{origin}” is not an origin; https://shop.example is." for origin in wrong]
            )
        return origins

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


KEPT_FOR = ("keep_event_weeks", "keep_idle_days", "keep_delivery_weeks")


class SiteForm(SeenForm):
    personal_fields = forms.MultipleChoiceField(
        label="Personal in profiles", choices=PersonalField.choices, required=False, initial=default_personal_fields,
        widget=forms.CheckboxSelectMultiple,
        help_text="Shown to those alone who may see personal data, like attributes that are marked so.",
    )  # fmt: skip
    url = forms.URLField(
        label="Address", max_length=200, assume_scheme="https", widget=UnfoldAdminURLInputWidget,
        help_text="Where visitors find it, like https://shop.example",
    )  # fmt: skip
    allowed_origins = OriginsField(
        required=False,
        widget=UnfoldAdminTextareaWidget({"rows": 4}),
        help_text="Other pages that may report to this site, one per line, like https://blog.shop.example. "
        "The site’s own address may always.",
    )
    timezone = forms.ChoiceField(
        label="Time zone", choices=lambda: [(name, name) for name in sorted(list_timezones())],
        widget=UnfoldAdminSelect2Widget, initial="UTC",
        help_text="Used for “today” in rules, and for subscribers whose own time zone is unknown.",
    )  # fmt: skip

    def clean(self) -> dict[str, Any] | None:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        return {**cleaned, **{name: 0 for name in KEPT_FOR if name in cleaned and cleaned[name] is None}}

    class Meta:
        model = Site
        fields = (
            "name", "url", "contact_email", "timezone", "allowed_origins", "trusts_names", "vocabulary_frozen",
            "personal_fields", "keep_event_weeks", "keep_idle_days", "keep_delivery_weeks",
        )  # fmt: skip


@admin.register(Site)
class SiteAdmin(ProvesIdentities, HeedsOthers, TellsTwins, OwnSitesAdmin):
    form = SiteForm
    actions = None
    list_display = ("name", "url", "timezone")
    search_fields = ("name", "url")
    ordering = ("name",)
    readonly_fields = ("snippet", "site_key", "push_key", "created_at", "people")

    class Media:
        js = ("admin/copy.js",)

    MAIN: ClassVar = (None, {"fields": ("name", "url", "contact_email", "timezone")})
    PRIVACY: ClassVar = (
        "What is known of people",
        {"fields": ("personal_fields", "keep_event_weeks", "keep_idle_days", "keep_delivery_weeks")},
    )
    KEYS: ClassVar = ("Paste this into every page", {"fields": ("snippet", "site_key", "push_key")})

    def has_delete_permission(self, request: HttpRequest, obj: Site | None = None) -> bool:
        """Only a site that nobody ever visited: with any other, its people and all they did would go."""
        visited = obj is not None and obj.subscribers.exists()
        return not visited and bool(super().has_delete_permission(request, obj))

    def get_fieldsets(self, request: HttpRequest, obj: Site | None = None) -> Any:
        browsers = ("allowed_origins", "trusts_names", "vocabulary_frozen")
        if obj is None:
            return (self.MAIN, ("What browsers may say", {"fields": browsers}), self.PRIVACY)
        shown = (
            self.MAIN,
            self.KEYS,
            ("What browsers may say", {"fields": (*browsers, "created_at")}),
            self.PRIVACY,
        )
        may_change = self.has_change_permission(request, obj)
        return (*shown, ("Who belongs to it", {"fields": ("people",)})) if may_change else shown

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        site = self.get_object(request, object_id) if request.method == "GET" else None
        if site is not None and (problem := find_contact_problem(site.contact_email)):
            messages.warning(
                request, f"The contact email: {problem} Apple’s devices get nothing until it is changed."
            )
        if site is not None and (problem := explain_clock(site.timezone)):
            messages.warning(request, problem)
        if site is not None and site.push_key_problem:
            messages.error(request, f"Nothing can be sent: {site.push_key_problem}")
        response: HttpResponse = super().change_view(request, object_id, form_url, extra_context)
        return response

    def save_model(self, request: HttpRequest, obj: Site, form: SiteForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "timezone" in form.changed_data:
            note_for_everyone(obj.pk, [ZONE], now=timezone.now())

    @display(description="People with a role on this site")
    def people(self, site: Site) -> str:
        """Those with a role on every site are the administrators' to know."""
        members = site.members.select_related("user").order_by("user__username")
        rows = ((each.user.get_username(), each.get_role_display()) for each in members)
        names = format_html_join("", "<li>{} · {}</li>", rows)
        return format_html('<ul class="ca-list">{}</ul>', names) if names else "Nobody in particular."

    @display(description="The SDK")
    def snippet(self, site: Site) -> str:
        text = SNIPPET.format(url=settings.PUBLIC_URL, key=site.public_key)
        return make_copyable(text, "Copy the two lines")

    @display(description="Site key")
    def site_key(self, site: Site) -> str:
        return make_copyable(site.public_key, "Copy the site key")

    @display(description="Public key for push (VAPID)")
    def push_key(self, site: Site) -> str:
        return (
            make_copyable(site.vapid_public_key, "Copy the public key for push")
            if site.vapid_public_key
            else "Cannot be read"
        )
