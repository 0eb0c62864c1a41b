"""New passwords by mail. A page takes any address alike; who has an account with it is looked up by a worker."""

from __future__ import annotations

import datetime as dt

from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.urls import reverse

from signin import lockout
from signin.backends import find_by_email
from signin.mail import SEND_TASK, queue_mail
from signin.models import ResetRequest
from subscribers.waking import wake


def ask(email: str, *, now: dt.datetime) -> None:
    ResetRequest.objects.create(email=email, asked_at=now)
    wake(SEND_TASK)


def answer_requests(*, now: dt.datetime) -> None:
    """A mail to each active account of the address that was given: to the address that we know, never the one typed.

    Not more of them than anybody needs: a page that strangers may ask is no way to fill somebody's inbox.
    """
    with transaction.atomic():
        for request in ResetRequest.objects.select_for_update(skip_locked=True).order_by("pk")[:500]:
            for user in find_by_email(request.email):
                if not lockout.may_be_mailed(user.pk, now=now):
                    continue
                facts = {
                    "user": user,
                    "address_of_page": make_link(user),
                    "minutes": settings.PASSWORD_RESET_TIMEOUT // 60,
                }
                queue_mail(user.email, "signin/mails/reset", facts, now=now)
            request.delete()


def make_link(user: User) -> str:
    """It is good until the password changes, they log in, or PASSWORD_RESET_TIMEOUT is over."""
    place = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return f"{settings.PUBLIC_URL}{reverse('account_reset_password_from_key', kwargs=place)}"
