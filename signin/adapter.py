"""What Carillon asks of allauth: nobody signs up by themselves, wrong passwords are counted, mails wait in a queue."""

from __future__ import annotations

import datetime as dt
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.core import context as current
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from access.addresses import read_valid_address
from signin import history, lockout, refusals
from signin.browsers import find_browser, remember_browser
from signin.mail import queue_mail
from signin.sealed_factors import read_factor, seal_factor
from signin.sessions import BEGAN, note_log_in
from subscribers.sealing import UnreadableSecretError

# So long after a log-in nobody is asked again who they are when they change their second factors.
_FRESH = dt.timedelta(minutes=15)
_WRONG = "This user name or e-mail address and this password do not go together."


class AccountAdapter(DefaultAccountAdapter):
    """Staff come by invitation, by an administrator's hand or by their company's log-in."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _WRONG,
        "username_password_mismatch": _WRONG,
        "incorrect_password": "This is not your password.",
        "incorrect_code": "This code is not right, or has been used. Wait for the next one.",
        "enter_current_password": "This is not your password.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str) -> bool:
        """Only pages of our own, whatever hosts we answer to."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def get_client_ip(self, request: HttpRequest) -> str:
        return read_valid_address(request) or "unknown"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        login = credentials.get("username") or credentials.get("email") or ""
        account = lockout.name_account(login)
        browser = find_browser(request, account)
        try:
            self.attempt = lockout.begin_attempt(
                account, self.get_client_ip(request), now=timezone.now(), browser=browser
            )
        except lockout.LockedOutError as error:
            raise ImmediateHttpResponse(refusals.show_locked(request, error.until)) from error

    def _rollback_login_failed_rl_usage(self) -> None:
        self.attempt.forgive()

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        lockout.forget_failures(lockout.name_account(credentials.get("email", "")))

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        history.note(request, "log_in_failed")

    def pre_login(self, request: HttpRequest, user: Any, **facts: Any) -> HttpResponse | None:
        """Accounts that are not staff's have nothing here; they are told as those that are switched off."""
        if user.is_active and not user.is_staff:
            clear_login(request)
            return redirect("account_inactive")
        refused: HttpResponse | None = super().pre_login(request, user, **facts)
        return refused

    def login(self, request: HttpRequest, user: Any) -> None:
        super().login(request, user)
        browser = request.headers.get("User-Agent", "")
        note_log_in(request.session, address=self.get_client_ip(request), browser=browser, now=timezone.now())

    def post_login(self, request: HttpRequest, user: Any, **facts: Any) -> HttpResponse:
        history.note(request, "log_in", user)
        response: HttpResponse = super().post_login(request, user, **facts)
        accounts = [lockout.name_account(name) for name in (user.username, user.email) if name]
        remember_browser(request, response, accounts)
        return response

    def logout(self, request: HttpRequest) -> None:
        history.note(request, "log_out", request.user)
        super().logout(request)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Who has just logged in has just said who they are, also if they have no password to say it again with."""
        began = dt.datetime.fromtimestamp(current.request.session.get(BEGAN, 0), dt.UTC)
        if app == "allauth.mfa" and timezone.now() - began < _FRESH:
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def send_notification_mail(
        self, template_prefix: str, user: Any, context: Any = None, email: str | None = None
    ) -> None:
        """allauth tells of every change to how somebody comes in: it is written down, and the owner gets a mail."""
        history.note(current.request, template_prefix.rpartition("/")[2], user)
        if user.email:
            facts = {"user": user, "at": timezone.now(), "address": self.get_client_ip(current.request)}
            self.send_mail(template_prefix, user.email, facts | (context or {}))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        facts = {"public_url": settings.PUBLIC_URL, **context}
        queue_mail(email, template_prefix, facts, now=timezone.now())


class SecondFactorAdapter(DefaultMFAAdapter):
    """Second factors, under Carillon's name."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": AccountAdapter.error_messages["incorrect_code"]
    }

    def get_totp_issuer(self) -> str:
        return f"Carillon ({current.request.get_host()})"

    def _get_site_name(self) -> str:
        return "Carillon"

    def encrypt(self, text: str) -> str:
        return seal_factor(text)

    def decrypt(self, encrypted_text: str) -> str:
        """What no key opens is neither right nor wrong: whoever is asked for it is told what is the matter."""
        try:
            return read_factor(encrypted_text)
        except UnreadableSecretError as error:
            if current.request is None:
                raise
            raise ImmediateHttpResponse(refusals.show_unreadable(current.request)) from error
