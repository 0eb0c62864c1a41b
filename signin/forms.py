"""Forms of allauth, with what Carillon adds to them."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ResetPasswordForm
from allauth.core import context as current
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone

from access.addresses import read_address
from signin import history, lockout, refusals, resets
from signin.browsers import find_browser
from signin.codes import use_once


class PasswordLogInForm(LoginForm):
    """A user name or an e-mail address, and a password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["login"] = forms.CharField(label="User name or e-mail", max_length=254)
        field.widget.attrs |= {"autocomplete": "username", "autocapitalize": "none", "autofocus": True}
        self.fields["password"].max_length = 4096
        self.fields["password"].help_text = ""
        self.order_fields(["login", "password"])

    def user_credentials(self) -> dict[str, Any]:
        return {"username": self.cleaned_data["login"], "password": self.cleaned_data["password"]}


def count_try(user: Any, account: str, **limits: Any) -> lockout.Attempt:
    """A try of somebody who is known already, counted before it is looked at; after too many, the page that says so."""
    browser = find_browser(current.request, lockout.name_account(user.username))
    address, now = read_address(current.request), timezone.now()
    try:
        return lockout.begin_attempt(account, address, now=now, browser=browser, **limits)
    except lockout.LockedOutError as error:
        raise ImmediateHttpResponse(refusals.show_locked(current.request, error.until)) from error


class ChangeForm(ChangePasswordForm):
    """Whoever found a session open guesses its owner's password here no more often than at the log-in."""

    def clean_oldpassword(self) -> str:
        attempt = count_try(self.user, lockout.name_account(self.user.username))
        old: str = super().clean_oldpassword()
        attempt.forgive()
        return old


class CountedCode(forms.Form):
    """Codes that are guessed are counted like passwords; one of an authenticator app is good once."""

    user: Any
    authenticator: Any

    def clean_code(self) -> str:
        now = timezone.now()
        attempt = count_try(self.user, lockout.name_codes(self.user.pk), factor=lockout.CODE_FACTOR)
        try:
            code: str = super().clean_code()  # type: ignore[misc]
            if self.authenticator.type == Authenticator.Type.TOTP and not use_once(self.user, code, now=now):
                raise get_adapter().validation_error("incorrect_code")
        except ValidationError:
            history.note(current.request, "second_factor_failed", self.user)
            raise
        attempt.forgive()
        return code


class CodeForm(CountedCode, AuthenticateForm):
    """The second step of a log-in."""


class CodeAgainForm(CountedCode, ReauthenticateForm):
    """Asked again before something that matters."""


class ResetForm(ResetPasswordForm):
    """Takes every address alike: whether it is somebody's is found out by a worker, out of sight."""

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"])

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        email: str = self.cleaned_data["email"]
        resets.ask(email, now=timezone.now())
        return email
