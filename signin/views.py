"""Pages of our own beside allauth's: the sessions of whoever is logged in, and invitations."""

from __future__ import annotations

from typing import Any

from allauth.account.utils import perform_login
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from signin import history, invitations
from signin.backends import fold
from signin.ending import end_sessions, list_open
from signin.models import Invitation


class AccountForm(forms.Form):
    """What somebody who was invited chooses."""

    username = forms.CharField(label="User name", max_length=150)
    password1 = forms.CharField(
        label="Password",
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 12 characters, and not one of the common ones. A few words in a row are good.",
    )
    password2 = forms.CharField(
        label="The same password again",
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        User.username_validator(username)
        if User.objects.filter(username__iexact=username).exists():
            raise ValidationError("This name is taken.")
        if "@" in username and fold(username) != fold(self.email):
            raise ValidationError("An e-mail address as a name can only be your own.")
        return username

    def clean(self) -> None:
        first, second = self.cleaned_data.get("password1"), self.cleaned_data.get("password2")
        if first and second and first != second:
            self.add_error("password2", "The two are not the same.")
        if first:
            try:
                validate_password(
                    first, User(username=self.cleaned_data.get("username", ""), email=self.email)
                )
            except ValidationError as error:
                self.add_error("password1", error)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def list_sessions(request: HttpRequest) -> HttpResponse:
    """Where one is logged in; POST ends the named one, or all others."""
    user = request.user
    current = request.session.session_key
    mine = list_open([int(user.pk or 0)], now=timezone.now())
    if request.method == "POST":
        wanted = request.POST.get("session")
        ended = [row for row in mine if row.session_key != current and wanted in (None, row.public_id)]
        end_sessions(ended)
        history.note(request, "sessions_ended", user, number=len(ended))
        messages.success(request, "Logged out there." if ended else "That session had ended already.")
        return redirect("signin:sessions")
    rows = [(row, row.session_key == current) for row in mine]
    return render(request, "signin/sessions.html", {"rows": rows, "title": "Where you are logged in"})


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Accept an invitation: with a new account, or with the one that the address has already."""
    try:
        found = invitations.read_token(token, now=timezone.now())
        if invitations.find_account(found):
            return _join(request, found, token)
        return _welcome(request, found, token)
    except invitations.InvitationError as error:
        return render(request, "signin/refused.html", {"why": str(error)}, status=410)


def _welcome(request: HttpRequest, found: Invitation, token: str) -> HttpResponse:
    initial = {"username": found.email}
    form = AccountForm(request.POST or None, email=found.email, initial=initial)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        user = invitations.accept_as_new(
            token, username=chosen["username"], password=chosen["password1"], now=timezone.now()
        )
        history.note(request, "invitation_accepted", user)
        return perform_login(request, user, redirect_url=reverse("mfa_index"))  # type: ignore[no-any-return]
    return render(request, "signin/welcome.html", {"form": form, "invitation": found})


def _join(request: HttpRequest, found: Invitation, token: str) -> HttpResponse:
    if not isinstance(request.user, User):
        return redirect(f"{reverse('account_login')}?next={request.path}")
    if request.method == "POST":
        invitations.accept_as(token, request.user, now=timezone.now())
        history.note(request, "invitation_accepted", request.user)
        messages.success(request, "You have joined.")
        return redirect("admin:index")
    return render(request, "signin/join.html", {"invitation": found})
