"""Who is in which segment, since when, and why that changed."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from subscribers.models import Site, Subscriber
from subscribers.names import validate_visible


class Segment(models.Model):
    """A named set of a site's subscribers. Its members are rows: see Membership.

    A live one is given by its rule and follows data and time; a static one is a list that people keep.
    """

    class Kind(models.TextChoices):
        LIVE = "live", "Live: members follow a rule"
        STATIC = "static", "Static: a list that you keep"

    class Status(models.TextChoices):
        BUILDING = "building", "Being built"  # its members are to be worked out from the rule as it is now
        READY = "ready", "Ready"  # members are those the rule gives at `refreshed_at`
        FAILED = (
            "failed",
            "Set aside",
        )  # its rule cannot be applied, `failure` says why; members stay as they are

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="segments")
    kind = models.CharField(max_length=6, choices=Kind, default=Kind.LIVE, editable=False)
    name = models.CharField(max_length=128, validators=[validate_visible])
    description = models.TextField(
        blank=True, max_length=500, help_text="What is it for? Your colleagues read this."
    )
    rule = models.JSONField(null=True, help_text="The rule language, version 1 (docs/rule-language.md)")
    snapshot_rule = models.JSONField(
        null=True, editable=False, help_text="Of a list: the rule that gave its first members, once"
    )
    # What the members follow: the rule as it was last built. While another one is being built, that is the one before.
    live_version = models.ForeignKey(
        "SegmentVersion", null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.BUILDING, editable=False)
    failure = models.TextField(blank=True, default="", editable=False)
    refreshed_at = models.DateTimeField(
        null=True, editable=False, help_text="The instant for which the members are right"
    )
    asked_at = models.DateTimeField(
        null=True, editable=False, help_text="The latest instant for which anybody's answer was worked out"
    )
    member_count = models.BigIntegerField(
        default=0, editable=False, help_text="Kept in the statement that changes the members"
    )
    build_ms = models.IntegerField(null=True, editable=False, help_text="What the last full build took")
    sweep_us = models.BigIntegerField(
        default=0, editable=False, help_text="Microseconds that the last look for whom time concerns took"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["site", "name"], name="segment_named_once_per_site"),
            models.CheckConstraint(
                condition=models.Q(status__in=["building", "ready", "failed"]), name="segment_status_is_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(status="ready") | models.Q(refreshed_at__isnull=False),
                name="ready_segment_has_a_watermark",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="live", rule__isnull=False)
                | models.Q(kind="static", rule__isnull=True, status="ready"),
                name="live_segment_has_a_rule",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_live(self) -> bool:
        return self.kind == self.Kind.LIVE

    @property
    def is_counted(self) -> bool:
        """Whether it is known who is in it: not so of a new one until it was built for the first time."""
        return self.refreshed_at is not None or self.status != self.Status.BUILDING


class SegmentVersion(models.Model):
    """A rule that a segment had: who wrote it, and when. Never changed."""

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    rule = models.JSONField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["segment", "number"], name="segment_version_numbered_once")
        ]

    def __str__(self) -> str:
        return f"version {self.number}"


class Membership(models.Model):
    """A row for each subscriber who is in a segment now."""

    pk = models.CompositePrimaryKey("segment_id", "subscriber_id")
    segment = models.ForeignKey(Segment, db_index=False, on_delete=models.CASCADE, related_name="memberships")
    # Somebody who is deleted leaves like anybody else, within a second: the row is what tells us that they were in.
    subscriber = models.ForeignKey(
        Subscriber,
        db_constraint=False,
        db_index=False,
        on_delete=models.DO_NOTHING,
        related_name="memberships",
    )
    entered_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["subscriber", "segment"], name="membership_by_subscriber"),
            # For whoever looks at a segment: those who entered last come first.
            models.Index(fields=["segment", "entered_at", "subscriber"], name="membership_by_entry"),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber_id} in {self.segment_id}"


class MembershipChange(models.Model):
    """The log of who entered and left, append-only."""

    class Kind(models.TextChoices):
        ENTERED = "entered", "Entered"
        LEFT = "left", "Left"

    class Cause(models.TextChoices):
        BUILD = (
            "build",
            "The segment was built",
        )  # for the first time, or anew because nobody knew who had changed
        EDIT = "edit", "The segment's rule was edited"
        EVENT = "event", "Something they did"
        PROFILE = "profile", "Something known of them"
        SEGMENT = "segment", "Another segment it is built on"
        TIME = "time", "Time passed"
        LIST = "list", "Somebody changed the list"

    pk = models.CompositePrimaryKey("subscriber_id", "segment_id", "changed_at")
    segment = models.ForeignKey(Segment, db_index=False, on_delete=models.CASCADE, related_name="changes")
    subscriber = models.ForeignKey(
        Subscriber,
        db_constraint=False,
        db_index=False,
        on_delete=models.DO_NOTHING,
        related_name="membership_changes",
    )
    kind = models.CharField(max_length=7, choices=Kind)
    cause = models.CharField(max_length=10, choices=Cause)
    changed_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            # Those of one build have the same instant, all of them: a page of the log needs them in order beyond that.
            models.Index(fields=["segment", "changed_at", "subscriber"], name="membership_change_by_segment"),
            # For whoever asks who was in it at a past instant.
            models.Index(
                fields=["segment", "subscriber", "changed_at"],
                include=["kind"],
                name="membership_change_by_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber_id} {self.kind} {self.segment_id}"


class SegmentDay(models.Model):
    """What happened to a segment's members on one day of its site's calendar, and what it cost to follow them."""

    pk = models.CompositePrimaryKey("segment_id", "day")
    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    entered = models.BigIntegerField(default=0)
    left = models.BigIntegerField(default=0)
    looked_at = models.BigIntegerField(default=0, help_text="How often somebody's answer was worked out anew")
    took_us = models.BigIntegerField(default=0, help_text="Microseconds that this took")

    def __str__(self) -> str:
        return f"{self.day}: +{self.entered} −{self.left}"


class SegmentUpload(models.Model):
    """A file with people for a static segment: whom to put on the list or to take off it, and what came of that.

    A draft keeps the whole file, so that its reader may say how it is meant; once confirmed, the values of one column are
    left, in chunks; when these are done, the summary, and for some days the rows that could not be used.
    """

    class Column(models.TextChoices):
        EXTERNAL_ID = "external_id", "Customer id"
        EMAIL = "email", "E-mail address"
        SUBSCRIBER = "subscriber", "Subscriber number (Carillon’s own)"

    class Mode(models.TextChoices):
        ADD = "add", "Add these people to the list"
        REPLACE = "replace", "Replace the list: whoever is not in the file leaves it"
        REMOVE = "remove", "Remove these people from the list"

    class State(models.TextChoices):
        DRAFT = "draft", "Waits for your word"
        RUNNING = "running", "At work"
        DONE = "done", "Done"

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="uploads")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    file_name = models.CharField(max_length=200)
    state = models.CharField(max_length=7, choices=State, default=State.DRAFT)
    mode = models.CharField(max_length=7, choices=Mode, default=Mode.ADD)
    by = models.CharField(
        max_length=11,
        choices=Column,
        blank=True,
        default="",
        help_text="What the values are; “”: not known yet",
    )
    column = models.PositiveIntegerField(
        default=0, help_text="Which column of the file they stand in, from 0"
    )
    has_header = models.BooleanField(default=True, help_text="Whether the first row names the columns")
    takes_all = models.BooleanField(
        default=False,
        help_text="Whether a value that several people share stands for all of them, or for none",
    )
    row_count = models.PositiveIntegerField(default=0)
    done_count = models.PositiveIntegerField(default=0, help_text="Rows that have been worked through")
    added = models.PositiveIntegerField(default=0, help_text="People")
    removed = models.PositiveIntegerField(default=0, help_text="People")
    failed = models.PositiveIntegerField(default=0, help_text="Rows")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state__in=["draft", "running", "done"]), name="upload_state_is_known"
            )
        ]

    def __str__(self) -> str:
        return self.file_name


class UploadFile(models.Model):
    """The file of a draft, as it came."""

    upload = models.OneToOneField(
        SegmentUpload, primary_key=True, on_delete=models.CASCADE, related_name="file"
    )
    content = models.BinaryField()

    def __str__(self) -> str:
        return f"the content of {self.upload}"


class UploadChunk(models.Model):
    """Some rows of a confirmed file: worked through in one transaction, so that none is lost or done twice."""

    upload = models.ForeignKey(SegmentUpload, on_delete=models.CASCADE, related_name="chunks")
    lines = ArrayField(models.IntegerField(), help_text="Where in the file each row begins; empty when done")
    texts = ArrayField(models.TextField(), help_text="What stands in the column there")
    people = ArrayField(models.BigIntegerField(), default=list, help_text="Whom they turned out to be")
    failures = models.JSONField(
        default=list, help_text="For each row that could not be used [line, text, why]"
    )
    is_done = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{len(self.lines)} rows of {self.upload}"
