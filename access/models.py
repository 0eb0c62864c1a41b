"""Who works here, on which sites; the keys of programs; and the log of what all of them did."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class Role(models.TextChoices):
    """What somebody does here. What each may do is its group's permissions (campaigns/migrations/0002_roles.py)."""

    MARKETER = "marketer", "Marketer"
    ANALYST = "analyst", "Analyst"
    OPERATOR = "operator", "Operator"


class SiteMember(models.Model):
    """A person's role on one site. Whoever is in the role's group has it on every site; administrators may do all."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    site = models.ForeignKey("subscribers.Site", on_delete=models.CASCADE, related_name="members")
    role = models.CharField(max_length=10, choices=Role)
    added_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "site"], name="one_role_per_member_and_site"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"


class Scope(models.TextChoices):
    """What a key may be used for. Which permissions each gives: access/scopes.py."""

    INGEST = "ingest", "Ingest: send operations to /api/v1/track/, and nothing else"
    READ = "read", "Read: settings, segments, campaigns and their reports; no people"
    WRITE = "write", "Write: segments, campaigns, places, names of events and attributes; no people"
    LAUNCH = "launch", "Launch: start, pause, resume and cancel campaigns, send tests"
    PEOPLE = (
        "people",
        "People: read and export subscribers, what they did, members and deliveries; with Write also erase them",
    )


class ApiKey(models.Model):
    """What a program shows to speak for one site. Of the secret only a digest is kept (access/keys.py)."""

    site = models.ForeignKey("subscribers.Site", on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100, help_text="What uses it, like “Shop backend”")
    scopes = ArrayField(models.CharField(max_length=10, choices=Scope))
    prefix = models.CharField(max_length=12, editable=False, help_text="How the key begins")
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Empty: never")
    last_used_at = models.DateTimeField(null=True, editable=False, help_text="To the minute")
    revoked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = "API key"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["site", "name"],
                condition=models.Q(revoked_at=None),
                name="one_key_of_a_name_and_site",
                violation_error_message="This site has a key of that name. Revoke it first, or choose another name.",
            ),
            models.CheckConstraint(
                condition=models.Q(scopes__contained_by=Scope.values) & ~models.Q(scopes=[]),
                name="scopes_are_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class AuditEntry(models.Model):
    """Who did what to what, from where, when. Written by access/audit.py; the database refuses changes.

    It names rows by value and refers to none, so that nothing has to be rewritten when they go.
    """

    SITE_PATH = "site_id"

    class Actor(models.TextChoices):
        PERSON = "person", "Person"
        KEY = "key", "API key"
        COMMAND = "command", "Command"
        JOB = "job", "Job"
        NOBODY = "nobody", "Nobody known"

    class Door(models.TextChoices):
        ADMIN = "admin", "Admin"
        API = "api", "API"
        COMMAND = "command", "Command line"
        JOB = "job", "Background"

    at = models.DateTimeField(db_default=Now(), editable=False)
    actor = models.CharField("who", max_length=10, choices=Actor)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField("name", max_length=200, blank=True)
    address = models.GenericIPAddressField(null=True)
    door = models.CharField(max_length=10, choices=Door)
    action = models.CharField(max_length=50, help_text="Like change, launch, export, log_in_failed")
    target_type = models.CharField(max_length=100, blank=True, help_text="Like campaigns.campaign")
    target_id = models.CharField(
        max_length=100, blank=True, help_text="Its id; of people, their opaque id alone"
    )
    target_name = models.CharField(
        max_length=200, blank=True, help_text="What it was called; never of people"
    )
    # Empty: it concerns the installation, and is for those who may see the log of every site.
    site = models.ForeignKey(
        "subscribers.Site", on_delete=models.DO_NOTHING, db_constraint=False, null=True, related_name="+"
    )
    fields = ArrayField(
        models.CharField(max_length=200), default=list, help_text="Names of what was changed or read"
    )
    before = models.JSONField(
        null=True, help_text="Of settings, segments, campaigns, keys: the former values"
    )
    after = models.JSONField(null=True)
    details = models.JSONField(default=dict, help_text="Like the filter and the count of a list")

    class Meta:
        verbose_name = "audit entry"
        verbose_name_plural = "audit log"
        default_permissions = ("view",)
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["site", "-id"], name="audit_by_site"),
            models.Index(fields=["at"], name="audit_by_time"),
            models.Index(fields=["target_type", "target_id", "-id"], name="audit_by_target"),
            models.Index(fields=["actor", "actor_id", "-id"], name="audit_by_actor"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(actor__in=["person", "key", "command", "job", "nobody"]),
                name="actor_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(door__in=["admin", "api", "command", "job"]), name="door_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.actor_name or self.get_actor_display()}: {self.action}"
