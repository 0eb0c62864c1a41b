"""Invitations, and what administrators do for people who cannot log in, or should not be logged in any more."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from unfold.admin import ModelAdmin

from access.scoping import find_sites
from signin import history, invitations, lockout
from signin.ending import end_all_sessions
from signin.mail import can_send
from signin.models import Invitation
from signin.second_factor import remove_second_factors
from subscribers.models import Site

INVITE = "signin.add_invitation"

# Nobody looks after these by hand: what is to be done to them is done below.
for model in (Authenticator, EmailAddress, SocialAccount, SocialApp, SocialToken):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


class InvitationForm(forms.ModelForm[Invitation]):
    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        if not typed.get("sites") and not typed.get("on_every_site"):
            self.add_error("sites", "Choose the sites on which they will work.")
        return typed


@admin.register(Invitation)
class InvitationAdmin(ModelAdmin):
    """Who was asked to come. Operators invite to their own sites, administrators to any."""

    form = InvitationForm
    list_display = ("email", "role", "where", "state", "invited_by", "invited_at")
    search_fields = ("email",)
    ordering = ("-invited_at",)
    actions: ClassVar = ["withdraw"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invitation]:
        rows: QuerySet[Invitation] = (
            super().get_queryset(request).prefetch_related("sites").select_related("invited_by")
        )
        mine = find_sites(request.user, INVITE)
        if mine is None:
            return rows
        others = Invitation.objects.filter(sites__in=Site.objects.exclude(pk__in=mine)).values("pk")
        return rows.filter(on_every_site=False, sites__in=mine).exclude(pk__in=others).distinct()

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Any, object_id: str
    ) -> HttpResponse:
        raise Http404("There is no such invitation.")

    def get_fields(self, request: HttpRequest, obj: Invitation | None = None) -> list[str]:
        if obj:
            return ["email", "role", "where", "state", "invited_by", "invited_at", "expires_at"]
        everywhere = ["on_every_site"] if find_sites(request.user, INVITE) is None else []
        return ["email", "role", "sites", *everywhere]

    def get_readonly_fields(self, request: HttpRequest, obj: Invitation | None = None) -> list[str]:
        return self.get_fields(request, obj) if obj else []

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        mine = find_sites(request.user, INVITE)
        kwargs["queryset"] = Site.objects.all() if mine is None else Site.objects.filter(pk__in=mine)
        kwargs["widget"] = forms.CheckboxSelectMultiple()
        return db_field.formfield(**kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Invitation | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Invitation | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Invitation, form: Any, change: bool) -> None:
        sites = form.cleaned_data["sites"]
        link = invitations.send_invitation(obj, sites, by=request.user, now=timezone.now())
        history.note(request, "invite", obj, role=obj.role)
        if not can_send():
            said = f"Mail is not set up here. Give them this link yourself; it is shown this once: {link}"
            messages.warning(request, said)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Its sites are saved together with it."""

    def response_add(
        self, request: HttpRequest, obj: Invitation, post_url_continue: Any = None
    ) -> HttpResponse:
        if can_send():
            messages.success(
                request, f"An invitation is on its way to {obj.email}. It is good for seven days."
            )
        answer: HttpResponse = self.response_post_save_add(request, obj)
        return answer

    @admin.display(description="Sites")
    def where(self, obj: Invitation) -> str:
        return "Every site" if obj.on_every_site else ", ".join(str(site) for site in obj.sites.all())

    @admin.display(description="State")
    def state(self, obj: Invitation) -> str:
        if obj.accepted_at:
            return "Accepted"
        if obj.withdrawn_at:
            return "Withdrawn"
        return "Open" if obj.is_open(timezone.now()) else "Too old"

    @admin.action(description="Withdraw", permissions=["add"])
    def withdraw(self, request: HttpRequest, rows: QuerySet[Invitation]) -> None:
        ended = [row for row in rows if invitations.withdraw(row, now=timezone.now())]
        for row in ended:
            history.note(request, "withdraw", row)
        messages.success(request, f"{len(ended)} withdrawn: their links are no good any more.")


class LogInActions:
    """For the page of people: what only those who may change people can do."""

    @admin.action(description="End all their sessions", permissions=["change"])
    def end_sessions(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        ended = end_all_sessions([row.pk for row in rows])
        for row in rows:
            history.note(request, "sessions_ended", row)
        messages.success(request, f"Sessions ended: {ended}.")

    @admin.action(description="Remove their second factors (lost phone or key)", permissions=["change"])
    def remove_second_factors(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        for row in rows:
            remove_second_factors(row)
            history.note(request, "second_factors_removed", row)
        messages.success(request, "Removed. They log in with their password, and can set up a new one.")

    @admin.action(description="Let them try to log in again at once", permissions=["change"])
    def unlock(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        for row in rows:
            names = [lockout.name_account(name) for name in (row.username, row.email) if name]
            lockout.forget_failures(*names, lockout.name_codes(row.pk))
            history.note(request, "failures_forgotten", row)
        messages.success(request, "Done.")
