"""Invitations: who may come, in which role, on which sites; a link that is good once."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core import signing
from django.db import IntegrityError, transaction
from django.urls import reverse

from access.models import SiteMember
from signin.backends import find_by_email, fold
from signin.mail import queue_mail
from signin.models import Invitation

GOOD_FOR = dt.timedelta(days=7)
_SALT = "signin.invitation"


class InvitationError(Exception):
    """Why an invitation cannot be accepted, in words for whoever tries."""


def send_invitation(invitation: Invitation, sites: Iterable[Any], *, by: Any, now: dt.datetime) -> str:
    """Save it and mail its link, which is returned: for whoever cannot send mail."""
    secret = secrets.token_urlsafe(32)
    invitation.invited_by = by
    invitation.secret = _hash(secret)
    invitation.expires_at = now + GOOD_FOR
    with transaction.atomic():
        invitation.save()
        invitation.sites.set(sites)
        link = _make_link(invitation, secret)
        facts = {"invitation": invitation, "address_of_page": link, "by": by.get_full_name() or by.username}
        queue_mail(invitation.email, "signin/mails/invitation", facts, now=now)
    return link


def withdraw(invitation: Invitation, *, now: dt.datetime) -> bool:
    """False: it was accepted or withdrawn before."""
    still_open = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, withdrawn_at=None)
    return bool(still_open.update(withdrawn_at=now))


def read_token(token: str, *, now: dt.datetime, lock: bool = False) -> Invitation:
    """The invitation whose link this is. Raises InvitationError."""
    try:
        pk, secret = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise InvitationError("This link is not right. Open the one in the mail, all of it.") from None
    rows = Invitation.objects.select_for_update() if lock else Invitation.objects.all()
    invitation = rows.filter(pk=pk).first()
    if invitation is None or not hmac.compare_digest(invitation.secret, _hash(secret)):
        raise InvitationError("This invitation is not there any more. Ask for another.")
    if invitation.accepted_at:
        raise InvitationError("This invitation has been used. Log in with the account that was made with it.")
    if invitation.withdrawn_at:
        raise InvitationError("This invitation was withdrawn. Ask whoever invited you.")
    if not invitation.is_open(now):
        raise InvitationError("This invitation is too old. Ask for another.")
    return invitation


def find_open(email: str, *, now: dt.datetime) -> list[Invitation]:
    """Those to somebody whose e-mail address is proven in another way."""
    rows = Invitation.objects.filter(
        email__iexact=email, accepted_at=None, withdrawn_at=None, expires_at__gt=now
    )
    return [row for row in rows if fold(row.email) == fold(email)]


def find_account(invitation: Invitation) -> User | None:
    """Of whoever is invited, if they have one."""
    found = find_by_email(invitation.email)
    return found[0] if found else None


def accept_as_new(token: str, *, username: str, password: str, now: dt.datetime) -> User:
    """Make the account. Raises InvitationError."""
    with transaction.atomic():
        invitation = read_token(token, now=now, lock=True)
        if find_account(invitation):
            raise InvitationError("You have an account already. Log in, and open the link again.")
        try:
            with transaction.atomic():
                user = User.objects.create_user(username, invitation.email, password, is_staff=True)
        except IntegrityError:
            raise InvitationError(
                "That name has just been taken. Open the link again and choose another."
            ) from None
        grant(invitation, user, now=now)
    return user


def accept_as(token: str, user: User, *, now: dt.datetime) -> None:
    """For somebody who has an account, with the address that was invited. Raises InvitationError."""
    with transaction.atomic():
        invitation = read_token(token, now=now, lock=True)
        if user not in find_by_email(invitation.email):
            raise InvitationError(f"This invitation is for {invitation.email}. Log in with that account.")
        grant(invitation, user, now=now)


def grant(invitation: Invitation, user: User, *, now: dt.datetime) -> None:
    """Give the role; the invitation is used up."""
    if invitation.on_every_site:
        user.groups.add(Group.objects.get(name=invitation.role))
    for site in invitation.sites.all():
        SiteMember.objects.update_or_create(user=user, site=site, defaults={"role": invitation.role})
    if not user.is_staff:
        user.is_staff = True
        user.save(update_fields=["is_staff"])
    invitation.accepted_at = now
    invitation.save(update_fields=["accepted_at"])


def _make_link(invitation: Invitation, secret: str) -> str:
    token = signing.dumps([invitation.pk, secret], salt=_SALT)
    return f"{settings.PUBLIC_URL}{reverse('signin:invitation', kwargs={'token': token})}"


def _hash(secret: str) -> str:
    return hashlib.sha256(str(secret).encode()).hexdigest()
