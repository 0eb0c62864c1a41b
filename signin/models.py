"""What is kept of log-ins: sessions, failures, codes that were used, invitations, and mails that wait."""

from __future__ import annotations

import datetime as dt
import hashlib
from importlib import import_module
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Now

from access.models import Role


class StaffSession(AbstractBaseSession):
    """A log-in that goes on, in one browser: whose it is and where from, so that it can be listed and ended."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="staff_sessions"
    )
    began_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    address = models.CharField(max_length=45, blank=True)
    browser = models.CharField(max_length=200, blank=True)

    @property
    def public_id(self) -> str:
        """What pages call it: whoever reads a page must not learn the key of another browser's session."""
        return hashlib.sha256(self.session_key.encode()).hexdigest()[:16]

    @classmethod
    def get_session_store_class(cls) -> Any:
        return import_module(settings.SESSION_ENGINE).SessionStore


class FailedLogIn(models.Model):
    """A wrong password or code, for as long as it counts. Who was meant is a keyed hash: people type passwords there, too."""

    account = models.CharField(max_length=64)
    address = models.CharField(max_length=64)
    failed_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["account", "failed_at"], name="failed_log_ins_by_account"),
            models.Index(fields=["address", "failed_at"], name="failed_log_ins_by_address"),
            models.Index(fields=["failed_at"], name="failed_log_ins_by_time"),
        ]


class UsedCode(models.Model):
    """A code of an authenticator app that has been used: it is not taken again while it would still be right."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    code = models.CharField(max_length=64)
    used_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "code"], name="codes_are_used_once"),
        ]


class Invitation(models.Model):
    """Somebody may come and work here, in a role on some sites. Its link is good once, for a while, until it is withdrawn."""

    email = models.EmailField(
        "e-mail", help_text="The invitation is sent here. Only whoever reads it can accept."
    )
    role = models.CharField(max_length=10, choices=Role)
    on_every_site = models.BooleanField(
        default=False, help_text="The role on all sites, those that come later included."
    )
    sites: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        "subscribers.Site", blank=True, related_name="+"
    )
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    secret = models.CharField(max_length=64, editable=False)
    invited_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField(editable=False)
    accepted_at = models.DateTimeField(null=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)

    def __str__(self) -> str:
        return self.email

    def is_open(self, now: dt.datetime) -> bool:
        return self.accepted_at is None and self.withdrawn_at is None and now < self.expires_at


class OutgoingMail(models.Model):
    """A mail that waits to be sent. It is deleted as soon as the mail server has taken it."""

    recipient = models.EmailField()
    subject = models.CharField(max_length=200)
    text = models.TextField()
    queued_at = models.DateTimeField()
    due_at = models.DateTimeField(db_index=True)
    tries = models.PositiveSmallIntegerField(default=0)


class ResetRequest(models.Model):
    """Somebody asked for a link to set a new password. Whether there is such an account is looked up later, by a worker."""

    email = models.EmailField()
    asked_at = models.DateTimeField()
