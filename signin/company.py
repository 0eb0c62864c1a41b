"""A company's own log-in (OpenID Connect): whom it may let in, and as whom.

It is believed who somebody is by its own id (`sub`) of them. An e-mail address counts only if it says that it has verified it:
then it leads to the one account that has this address, or, for the domains in OIDC_DOMAINS and for those who are invited, to
a new one.
"""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.utils import user_email, user_username
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from access.models import SiteMember
from signin import history
from signin.backends import find_by_email
from signin.invitations import find_open, grant
from subscribers.models import Site

logger = logging.getLogger(__name__)


class CompanyAdapter(DefaultSocialAccountAdapter):
    """Decides everything itself before allauth does anything, so that no sign-up form is ever reached."""

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        if sociallogin.state.get("process") != "login":
            refuse(
                request,
                "Log out, then log in with your company’s log-in: the accounts are joined by the e-mail address.",
            )
        if not _is_one_person(sociallogin.account.extra_data):
            refuse(request, "Your company’s log-in gave two different answers about who you are.")
        if sociallogin.is_existing:
            return
        email = find_verified_email(sociallogin)
        if not email:
            refuse(request, "Your company’s log-in did not say that your e-mail address is verified.")
        accounts = find_by_email(email)
        if len(accounts) > 1:
            refuse(request, f"Several accounts have the e-mail address {email}. Ask an administrator.")
        if accounts and _is_domain_allowed(email, default=True):
            sociallogin.connect(request, accounts[0])
        elif accounts or not (_is_domain_allowed(email) or find_open(email, now=timezone.now())):
            refuse(request, f"There is no account for {email}. Ask an administrator for an invitation.")

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Whoever comes so far has passed `pre_social_login`."""
        return True

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> Any:
        """Their name here is their e-mail address: one that the provider lets them choose may be made to look like another's."""
        user = super().populate_user(request, sociallogin, data)
        user_username(user, user_email(user))
        return user

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> Any:
        sociallogin.user.is_staff = True
        user = super().save_user(request, sociallogin, form)
        give_first_roles(user)
        for invitation in find_open(find_verified_email(sociallogin), now=timezone.now()):
            grant(invitation, user, now=timezone.now())
        history.note(request, "account_made_by_company", user)
        return user

    def on_authentication_error(self, request: HttpRequest, provider: Any, **facts: Any) -> None:
        logger.warning("The company's log-in failed: %s %s", facts.get("error"), facts.get("exception") or "")


def refuse(request: HttpRequest, why: str) -> None:
    history.note(request, "log_in_refused", why=why)
    response: HttpResponse = render(request, "signin/refused.html", {"why": why}, status=403)
    raise ImmediateHttpResponse(response)


def find_verified_email(sociallogin: Any) -> str:
    """The address that the provider vouches for; empty: none."""
    return next((str(found.email) for found in sociallogin.email_addresses if found.verified), "")


def give_first_roles(user: User) -> None:
    """What OIDC_ROLES says: `analyst` is a role on every site, `analyst:3` one on site 3."""
    for entry in settings.OIDC_ROLES:
        role, _, site = entry.partition(":")
        if not site:
            user.groups.add(*Group.objects.filter(name=role))
        elif Site.objects.filter(pk=int(site)).exists():
            SiteMember.objects.get_or_create(user=user, site_id=int(site), defaults={"role": role})
        else:
            logger.warning("OIDC_ROLES names site %s, which is not there", site)


def _is_domain_allowed(email: str, *, default: bool = False) -> bool:
    domains = {domain.casefold() for domain in settings.OIDC_DOMAINS}
    return email.rpartition("@")[2].casefold() in domains if domains else default


def _is_one_person(answers: dict[str, Any]) -> bool:
    """What is asked for with a token must be about whom the signed answer is about (OpenID Connect Core 5.3.2)."""
    told, signed = answers.get("userinfo"), answers.get("id_token")
    return isinstance(signed, dict) and (told is None or told.get("sub") == signed.get("sub"))
