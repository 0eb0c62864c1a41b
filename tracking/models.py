"""What subscribers did: the durable inbox, the append-only event log, and its summaries."""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now

from subscribers.models import Site, Standing, Subscriber

NUMERIC_VALUE = """
CASE WHEN jsonb_typeof(properties -> 'value') = 'number' THEN (properties ->> 'value')::numeric END
"""


class InboxItem(models.Model):
    """One accepted request, durable before its 202, deleted in the transaction that applies it.

    `shard` is a hash of whom it is about: one worker at a time drains a shard, oldest first, so the
    operations of one subscriber are applied in the order in which they arrived, whichever `lane` they came by.
    An operation that cannot be applied is set aside: an item of its own, with its `failure`, so that it is not
    lost and stands in nobody's way.
    """

    class Lane(models.IntegerChoices):
        """What is live goes first; who imports asks for the other, so that no visitor waits for it."""

        LIVE = 0, "Live"
        IMPORT = 1, "Import"

    SHARDS = 16

    site = models.ForeignKey(Site, on_delete=models.CASCADE)
    lane = models.SmallIntegerField(choices=Lane, default=Lane.LIVE, db_default=Lane.LIVE)
    shard = models.SmallIntegerField()
    sender = models.BigIntegerField(
        default=0, db_default=0, help_text="Digest of whom it is about; `shard` is made from it"
    )
    payload = models.JSONField(help_text="A tracking.operations.Envelope")
    received_at = models.DateTimeField()
    failed_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=300, blank=True, default="", help_text="Where the code gave up")

    class Meta:
        verbose_name = "set-aside operation"
        indexes: ClassVar = [
            models.Index(
                fields=["shard", "lane", "id"],
                condition=models.Q(failed_at__isnull=True),
                name="inbox_waiting",
            ),
            # What was imported of somebody who now does something live.
            models.Index(
                fields=["sender", "id"],
                condition=models.Q(failed_at__isnull=True, lane=1),
                name="inbox_imported",
            ),
            models.Index(
                fields=["failed_at"], condition=models.Q(failed_at__isnull=False), name="inbox_set_aside"
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(lane__in=[0, 1]), name="inbox_lane_is_known")
        ]

    def __str__(self) -> str:
        return f"Inbox item {self.pk}"


class DrainAttempt(models.Model):
    """That a worker has begun to drain a shard of the inbox, and how often without an end (tracking/attempts.py)."""

    shard = models.SmallIntegerField(primary_key=True)
    tries = models.SmallIntegerField(help_text="0: no attempt was left unfinished")
    item_id = models.BigIntegerField(null=True, help_text="What is tried alone, operation by operation")
    operations_left = models.IntegerField(null=True, help_text="Of the item: tells which operation is tried")

    def __str__(self) -> str:
        return f"Shard {self.shard}, try {self.tries}"


class AppliedOperation(models.Model):
    """A trace of each operation, kept for a while, so that one that arrives again changes nothing.

    Clients repeat what they got no answer for, perhaps after the browser went to another person.
    """

    key = models.UUIDField(primary_key=True, help_text="Digest of site, sender and operation id")
    applied_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [BrinIndex(fields=["applied_at"], name="operation_applied")]

    def __str__(self) -> str:
        return str(self.key)


class EventType(models.Model):
    """A name of event that a site reports, made at first sight; lists the properties seen with it."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="event_types")
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=200, blank=True)
    properties = models.JSONField(
        default=dict, blank=True, editable=False, help_text="name → text, number, boolean, time, list"
    )
    declared = models.JSONField(
        default=dict,
        db_default={},
        blank=True,
        editable=False,
        help_text="Properties that were announced: name → {type, description}",
    )
    first_seen_at = models.DateTimeField(
        null=True, db_default=Now(), editable=False, help_text="None: it was announced, and has not come yet"
    )

    standing = models.CharField(
        max_length=8, choices=Standing, default=Standing.ACCEPTED, db_default=Standing.ACCEPTED
    )
    hidden = models.BooleanField(
        "not offered", default=False, db_default=False, help_text="The rule builder does not offer it."
    )
    hidden_properties = ArrayField(
        models.CharField(max_length=300), default=list, db_default=[], blank=True,
        help_text="Properties that the rule builder does not offer",
    )  # fmt: skip
    personal_properties = ArrayField(
        models.CharField(max_length=300), default=list, db_default=[], blank=True,
        help_text="Properties whose values are shown to those alone who may see personal data",
    )  # fmt: skip
    property_aliases = models.JSONField(
        default=dict, db_default={}, blank=True, editable=False,
        help_text="Names of properties that were merged: name → what it is called today",
    )  # fmt: skip
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="aliases"
    )

    class Meta:
        verbose_name = "event"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["site", "name"], name="event_name_once_per_site")
        ]

    def __str__(self) -> str:
        return self.name


class VocabularyJob(models.Model):
    """Events on their way from one name to another, or out of the log, in the background (tracking/vocabulary.py).

    No `target`: they go. `name`: of unlisted events those that were sent under it. What has been moved is gone from the
    source, so that whoever takes it up again goes on where it was left.
    """

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="vocabulary_jobs")
    source = models.ForeignKey(EventType, on_delete=models.CASCADE, related_name="+")
    target = models.ForeignKey(EventType, null=True, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=100, blank=True, default="")
    drops_source = models.BooleanField(default=False, help_text="Whether the source goes once it is empty")
    moved = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name or self.source} to {self.target or 'nothing'}"


class PropertyMove(models.Model):
    """A property of an event on its way to another name, or (no `into`) out of the log (tracking/property_moves.py).

    People are gone through in the order of their ids. `waits_for`: the first transaction that began after it; those
    before may still write by the names of then.
    """

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="property_moves")
    event_type = models.ForeignKey(EventType, on_delete=models.CASCADE, related_name="property_moves")
    key = models.CharField(max_length=300)
    into = models.CharField(max_length=300, blank=True, default="")
    waits_for = models.BigIntegerField(null=True)
    position = models.BigIntegerField(default=0)
    moved = models.BigIntegerField(default=0, help_text="Events")
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.key} of {self.event_type} to {self.into or 'nothing'}"


class PropertyValue(models.Model):
    """One distinct value of a hot property of one event (tracking/hot_properties.py).

    Beside it the database keeps the form in which rules compare its text, `folded` (segments/migrations/0008), and a
    digest of the one in which whole values are told apart, `form`, of which there is one each (0011). So `value` is
    written as whoever sent it first wrote it.
    """

    event_type = models.ForeignKey(EventType, on_delete=models.CASCADE, related_name="values")
    property = models.CharField(max_length=100)
    digest = models.UUIDField(
        help_text="MD5 of the value's canonical JSON: texts may be too long for an index"
    )
    value = models.JSONField()
    seen_at = models.DateTimeField(
        db_default=Now(), help_text="When an event with it was received last, to within a week"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["event_type", "property", "digest"], name="property_value_once")
        ]

    def __str__(self) -> str:
        return f"{self.property} = {self.value}"


class Event(models.Model):
    """One thing a subscriber did. Append-only, in weekly partitions by `occurred_at` (tracking/partitions.py).

    `properties` holds all that came with it; `value`, `item` and `category` repeat the hot ones for the index.
    """

    pk = models.CompositePrimaryKey("subscriber_id", "id", "occurred_at")
    id = models.UUIDField(default=uuid.uuid4, help_text="Made by the client: the same id twice is one event")
    subscriber = models.ForeignKey(
        Subscriber, db_constraint=False, on_delete=models.CASCADE, related_name="events"
    )
    event_type = models.ForeignKey(
        EventType, db_constraint=False, on_delete=models.CASCADE, related_name="events"
    )
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    properties = models.JSONField(default=dict)
    value = models.GeneratedField(
        expression=RawSQL(NUMERIC_VALUE, ()),  # noqa: S611  # no part of it comes from outside
        output_field=models.DecimalField(max_digits=1000, decimal_places=100),
        db_persist=True,
    )
    item = models.ForeignKey(
        PropertyValue,
        db_constraint=False,
        db_index=False,
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
    )
    category = models.ForeignKey(
        PropertyValue,
        db_constraint=False,
        db_index=False,
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
    )

    class Meta:
        # The table is made by hand in the migrations; this describes it. There, event_by_type exists once more for
        # the sample of people that estimates look at.
        indexes: ClassVar = [
            models.Index(
                fields=["event_type", "occurred_at"],
                include=["subscriber_id", "value", "item_id", "category_id"],
                name="event_by_type",
            ),
            models.Index(
                fields=["event_type", "item", "occurred_at"],
                include=["subscriber_id"],
                condition=models.Q(item__isnull=False),
                name="event_by_item",
            ),
            models.Index(
                fields=["subscriber", "event_type", "occurred_at"],
                include=["value", "item_id", "category_id"],
                name="event_by_subscriber",
            ),
            # Rows lie in the order in which they came, so a few pages tell where those of the last minutes begin.
            BrinIndex(fields=["received_at"], name="event_received"),
        ]

    def __str__(self) -> str:
        return f"{self.event_type} at {self.occurred_at:%Y-%m-%d %H:%M:%S}"


class EventSummary(models.Model):
    """How often, first and last one subscriber did one thing: answers ever, never and last time."""

    pk = models.CompositePrimaryKey("subscriber_id", "event_type_id")
    subscriber = models.ForeignKey(
        Subscriber, db_index=False, on_delete=models.CASCADE, related_name="event_summaries"
    )
    event_type = models.ForeignKey(
        EventType, db_index=False, on_delete=models.CASCADE, related_name="summaries"
    )
    count = models.BigIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        # Made by hand in the migrations, together with their twins for the sample of people that estimates look at.
        indexes: ClassVar = [
            models.Index(fields=["event_type", "last_at"], include=["subscriber_id"], name="summary_last"),
            models.Index(
                fields=["event_type", "subscriber"],
                include=["last_at", "first_at", "count"],
                name="summary_type",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(count__gt=0), name="summary_counts_something")
        ]

    def __str__(self) -> str:
        return f"{self.event_type} × {self.count}"


class LogStart(models.Model):
    """Before this instant the log knows nothing, whatever rows may still lie there; no row: it knows everything.

    One for all sites, since they share the weeks. Summaries go back further: they remember all that ever happened.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    begins_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=1), name="log_begins_once")]

    def __str__(self) -> str:
        return f"Since {self.begins_at:%Y-%m-%d %H:%M}"


class MessageCampaign(models.Model):
    """What a campaign was called when it last sent something, so that whoever asks need not search the log.

    The log's own copy: campaigns are records of a higher layer, and may be gone while their messages are not.
    """

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="message_campaigns")
    campaign = models.BigIntegerField(help_text="The `campaign` in the properties of message events")
    name = models.CharField(max_length=128)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["site", "campaign"], name="message_campaign_once_per_site")
        ]

    def __str__(self) -> str:
        return self.name
