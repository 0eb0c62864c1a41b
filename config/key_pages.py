"""Keys in the admin: made, shown once, revoked."""

from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from access.admin import OwnSitesAdmin, find_own
from access.keys import revoke_key, set_secret
from access.models import ApiKey, Scope
from access.scopes import NEEDED_TO_GIVE

CHANGE = "access.change_apikey"


class KeyForm(forms.ModelForm[ApiKey]):
    who: Any = None  # set by the page

    scopes = forms.MultipleChoiceField(
        choices=Scope, label="May be used to", widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="As little as its program needs. Write and launch also read settings, and no people. People alone "
        "reads and exports what is known of a person; with write beside it the key can also erase people for good.",
    )  # fmt: skip

    class Meta:
        model = ApiKey
        fields: ClassVar = ["site", "name", "scopes", "expires_at"]

    def clean_expires_at(self) -> Any:
        until = self.cleaned_data["expires_at"]
        if until is not None and until <= timezone.now():
            raise forms.ValidationError("This has passed. Give a later time, or none.")
        return until

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        site = given.get("site")
        for scopes, needed in NEEDED_TO_GIVE.items():
            if site and scopes <= set(given.get("scopes", ())) and not self.who.has_perms(needed, site):
                named = ", ".join(scope.label for scope in Scope if scope in scopes)
                self.add_error("scopes", f"You may not do this on {site} yourself: {named}.")
        return given


class KeyPage(OwnSitesAdmin):
    """What programs show to speak for a site."""

    form = KeyForm
    actions = None
    list_display = ("name", "shown_prefix", "site", "scope_names", "state", "expires_at", "last_used_at")
    list_filter = ("site",)
    list_select_related = ("site",)
    search_fields = ("name", "prefix")
    ordering = ("revoked_at", "name")
    change_form_template = "admin/access/key.html"
    SEEN: ClassVar = (
        "name", "site", "shown_prefix", "scope_names", "state", "created_at", "created_by", "expires_at", "last_used_at",
    )  # fmt: skip

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.SEEN if obj else ("site", "name", "scopes", "expires_at")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.SEEN if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.who = request.user
        return form

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What a key may do is never changed, so that one knows of each what it could do: make another, revoke this."""
        return obj is None and bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A revoked key stays, so that one knows whose uses the log tells of."""
        return False

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        obj.created_by = request.user  # type: ignore[assignment]
        request.key_secret = set_secret(obj)  # type: ignore[attr-defined]  # for the page that shows it, nowhere else
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: ApiKey, post_url_continue: Any = None) -> HttpResponse:
        secret: str = request.key_secret  # type: ignore[attr-defined]
        context = {
            **self.admin_site.each_context(request),
            "title": f"Key “{obj.name}”",
            "key": obj,
            "secret": secret,
        }
        response = TemplateResponse(request, "admin/access/key_made.html", context)
        response["Cache-Control"] = "no-store"
        return response

    def get_urls(self) -> list[URLPattern]:
        revoke = self.admin_site.admin_view(never_cache(self.revoke))
        return [path("<int:key_id>/revoke/", revoke, name="access_apikey_revoke"), *super().get_urls()]

    def revoke(self, request: HttpRequest, key_id: int) -> HttpResponse:
        """Asks first: a program may depend on it."""
        key = find_own(request, ApiKey.objects.select_related("site"), CHANGE, pk=key_id)
        if request.method == "POST":
            revoke_key(key, now=timezone.now())
            self.message_user(request, f"“{key.name}” is revoked; it counts no more.")
            return redirect("admin:access_apikey_changelist")
        context = {**self.admin_site.each_context(request), "title": f"Revoke “{key.name}”?", "key": key}
        return TemplateResponse(request, "admin/access/key_revoke.html", context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        key: ApiKey | None = context.get("original")
        if key is not None and key.revoked_at is None and request.user.has_perm(CHANGE, key):
            context["revoke_url"] = reverse("admin:access_apikey_revoke", args=[key.pk])
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response

    @display(description="Begins with")
    def shown_prefix(self, key: ApiKey) -> str:
        return f"{key.prefix}…"

    @display(description="May be used to")
    def scope_names(self, key: ApiKey) -> str:
        return ", ".join(key.scopes)

    @display(description="State")
    def state(self, key: ApiKey) -> str:
        if key.revoked_at is not None:
            return f"Revoked on {key.revoked_at:%-d %b %Y}"
        expired = key.expires_at is not None and key.expires_at <= timezone.now()
        return "Expired" if expired else "Counts"
