"""Who subscribers are and how to reach them."""

import datetime as dt
import secrets
import uuid
from typing import Any, ClassVar, Self
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import OpClass
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models, transaction
from django.db.models.functions import Now, Upper

from subscribers.contacts import validate_contact
from subscribers.names import validate_visible
from subscribers.sealed_fields import SealedField
from subscribers.sealing import UnreadableSecretError
from subscribers.timezones import is_timezone, load_zone
from subscribers.vapid import make_vapid_key, read_public_key
from subscribers.viewing import find_hidden


def validate_timezone(name: str) -> None:
    """Refuse what is not a name in the IANA time zone database."""
    if not is_timezone(name):
        raise ValidationError(f"“{name}” is not a time zone; a name like Europe/Berlin is.")


def make_public_key() -> str:
    return f"pk_{secrets.token_urlsafe(18)}"


def make_identity_secret() -> str:
    return secrets.token_urlsafe(32)


class Standing(models.TextChoices):
    """Of a name that a site's events or attributes have: browsers can make up any."""

    ACCEPTED = "accepted", "Accepted"
    NEW = "new", "New: seen in browsers only"


class PersonalField(models.TextChoices):
    """What of a profile may be shown to some alone."""

    EMAIL = "email", "Email address"
    EXTERNAL_ID = "external_id", "Customer id"
    PLACE = "place", "City and whereabouts"


def default_personal_fields() -> list[str]:
    return [PersonalField.EMAIL]


class Site(models.Model):
    """A website with its own keys. Everything else belongs to one site."""

    name = models.CharField(max_length=100, unique=True, validators=[validate_visible])
    url = models.URLField("address", help_text="Where visitors find it, like https://shop.example")
    public_key = models.CharField(
        max_length=64, unique=True, default=make_public_key, editable=False,
        help_text="Goes into the page with the SDK; not a secret.",
    )  # fmt: skip
    allowed_origins = models.JSONField(
        default=list, blank=True,
        help_text="Which pages may report to this site, like https://shop.example. Besides its own address.",
    )  # fmt: skip
    timezone = models.CharField(
        "time zone", max_length=64, default="UTC", validators=[validate_timezone],
        help_text="Used for “today” in rules, and for subscribers whose own time zone is unknown.",
    )  # fmt: skip
    trusts_names = models.BooleanField(
        "anyone may say who they are", default=False, db_default=False,
        help_text="Not safe: whoever knows or guesses a customer’s id gets that customer’s messages. "
        "Leave it off, and let your backend sign ids.",
    )  # fmt: skip
    vocabulary_frozen = models.BooleanField(
        "take no new names from browsers", default=False, db_default=False,
        help_text="Events and attributes with names that are not listed are kept with the person, and rules do not see "
        "them until somebody accepts the name.",
    )  # fmt: skip
    contact_email = models.EmailField(
        validators=[validate_contact],
        help_text="Push services write here if something is wrong with your messages (RFC 8292).",
    )
    vapid_private_key = SealedField(purpose="private key for push", default=make_vapid_key)
    personal_fields = ArrayField(
        models.CharField(max_length=20, choices=PersonalField), default=default_personal_fields, blank=True,
        verbose_name="personal in profiles",
        help_text="Shown to those alone who may see personal data, like attributes that are marked so",
    )  # fmt: skip
    keep_event_weeks = models.PositiveIntegerField(
        "keep events, in weeks", default=0, db_default=0, blank=True, validators=[MaxValueValidator(5200)],
        help_text="Older ones are forgotten, how often each thing happened is not; 0: all are kept",
    )  # fmt: skip
    keep_idle_days = models.PositiveIntegerField(
        "keep visitors who stay away, in days", default=0, db_default=0, blank=True, validators=[MaxValueValidator(36500)],
        help_text="Visitors who never said who they are, and have no device, are erased after it; 0: all are kept",
    )  # fmt: skip
    keep_delivery_weeks = models.PositiveIntegerField(
        "keep who was sent what, in weeks", default=0, db_default=0, blank=True, validators=[MaxValueValidator(5200)],
        help_text="After it reports count as before, but nobody can tell whom a push went to; 0: all is kept",
    )  # fmt: skip
    log_begins_at = models.DateTimeField(
        null=True, editable=False, help_text="Before it, this site’s part of the log knows nothing"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **values: Any) -> None:
        """A new site has a secret from the beginning, so that its backend can sign."""
        is_new = self._state.adding
        with transaction.atomic():
            super().save(*args, **values)
            if is_new:
                IdentitySecret.objects.create(site=self)

    @property
    def zone(self) -> ZoneInfo:
        """Its clock; UTC, where its time zone is none (any more): `clock_name` says so wherever times are shown."""
        return load_zone(self.timezone)

    @property
    def clock_name(self) -> str:
        """Of the zone in which its times are really shown."""
        return self.zone.key

    @property
    def push_key_problem(self) -> str:
        """Why nothing can be signed for its devices; empty: all is well."""
        try:
            self.vapid_private_key.reveal()
        except UnreadableSecretError as error:
            return str(error)
        return ""

    @property
    def vapid_public_key(self) -> str:
        """What its pages subscribe devices with; empty: its private key cannot be read."""
        return "" if self.push_key_problem else read_public_key(self.vapid_private_key.reveal())

    def find_day(self, instant: dt.datetime) -> dt.date:
        """Which day it is there."""
        return instant.astimezone(self.zone).date()


class IdentitySecret(models.Model):
    """With which a site's backend signs who its visitors are (subscribers/signatures.py); several, while it is changed."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="identity_secrets")
    secret = SealedField(purpose="identity secret", default=make_identity_secret)
    signs_v1 = models.BooleanField(
        default=False, db_default=False, editable=False,
        help_text="It was in use before signatures had a time",
    )  # fmt: skip
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    retires_at = models.DateTimeField(null=True, editable=False, help_text="None: it stays in use")

    def __str__(self) -> str:
        return f"Secret {self.pk} of {self.site}"

    def is_in_use(self, now: dt.datetime) -> bool:
        return self.retires_at is None or now < self.retires_at


class Place(models.Model):
    """A spot on the map that rules can name: a store, an office, a stadium."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="places")
    name = models.CharField(max_length=100, validators=[validate_visible])
    latitude = models.FloatField()
    longitude = models.FloatField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["site", "name"], name="place_named_once_per_site"),
            models.CheckConstraint(
                condition=models.Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="place_is_on_earth",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Attribute(models.Model):
    """What one key of a subscriber's attributes means: made at first sight, editable afterwards."""

    class Type(models.TextChoices):
        TEXT = "text", "Text"
        NUMBER = "number", "Number"
        BOOLEAN = "boolean", "Yes or no"
        TIME = "time", "Date and time"
        LIST = "list", "List"
        OBJECT = "object", "Object"

    class ElementType(models.TextChoices):
        TEXT = "text", "Text"
        NUMBER = "number", "Number"

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="attributes")
    key = models.CharField(max_length=100)
    type = models.CharField(max_length=10, choices=Type)
    element_type = models.CharField(
        "each item is", max_length=10, choices=ElementType, default=ElementType.TEXT, db_default=ElementType.TEXT,
        help_text="Of a list: whether its items are compared as text or as numbers.",
    )  # fmt: skip
    guessed_from = models.PositiveSmallIntegerField(
        null=True, blank=True, editable=False,
        help_text="How many values suggested the type so far; none once it is settled",
    )  # fmt: skip
    description = models.CharField(max_length=200, blank=True)
    personal = models.BooleanField(
        default=False, db_default=False,
        help_text="Its values are shown to those alone who may see personal data",
    )  # fmt: skip
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    first_seen_at = models.DateTimeField(
        null=True,
        db_default=Now(),
        editable=False,
        help_text="None: it was announced, and no value has come yet",
    )

    standing = models.CharField(
        max_length=8, choices=Standing, default=Standing.ACCEPTED, db_default=Standing.ACCEPTED
    )
    hidden = models.BooleanField(
        "not offered", default=False, db_default=False, help_text="The rule builder does not offer it."
    )
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="aliases"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["site", "key"], name="attribute_key_once_per_site"),
            models.CheckConstraint(
                condition=models.Q(type__in=["text", "number", "boolean", "time", "list", "object"]),
                name="attribute_type_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(element_type__in=["text", "number"]),
                name="attribute_element_type_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class AttributeMove(models.Model):
    """Values on their way from one attribute to another, or (no `into`) away (subscribers/attribute_moves.py)."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="attribute_moves")
    key = models.CharField(max_length=100)
    into = models.CharField(max_length=100, blank=True, default="")
    aside = models.BooleanField(
        default=False, db_default=False, help_text="Values that go are kept as they were sent (raw_values)"
    )
    position = models.BigIntegerField(default=0)
    last_id = models.BigIntegerField(null=True)
    moved = models.BigIntegerField(default=0, help_text="People")
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.key} to {self.into or 'nothing'}"


class AttributeConversion(models.Model):
    """The values that an attribute had before its type was changed, on their way into the new one (subscribers/conversion.py).

    People are gone through in the order of their ids, up to `position` so far. The latest of each attribute is kept.
    """

    attribute = models.OneToOneField(Attribute, on_delete=models.CASCADE, related_name="conversion")
    from_type = models.CharField(max_length=10, choices=Attribute.Type)
    from_element_type = models.CharField(max_length=10, choices=Attribute.ElementType)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    position = models.BigIntegerField(default=0)
    last_id = models.BigIntegerField(null=True)
    converted = models.BigIntegerField(default=0)
    kept_raw = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.attribute} from {self.from_type}"


class SubscriberQuerySet(models.QuerySet["Subscriber"]):
    def living(self) -> Self:
        """People, without the empty shells of those who turned out to be somebody else."""
        return self.filter(merged_into=None)

    def reachable(self) -> Self:
        """Those with at least one device that can receive a push now."""
        devices = PushSubscription.objects.active().filter(subscriber=models.OuterRef("pk"))
        return self.living().filter(models.Exists(devices))


class Subscriber(models.Model):
    """A person or an anonymous profile.

    A subscriber that turned out to be another one stays as a shell that points there (`merged_into`), so that
    deliveries planned and tokens signed before the merge still find the person.
    """

    site = models.ForeignKey(Site, db_index=False, on_delete=models.CASCADE, related_name="subscribers")
    uuid = models.UUIDField(default=uuid.uuid4, db_index=True, editable=False)
    external_id = models.CharField(max_length=200, blank=True, default="", db_index=True)
    claimed_id = models.CharField(
        max_length=200, blank=True, default="", db_default="", editable=False,
        help_text="Whose customer id a visitor has given without a proof: of no consequence but in rules",
    )  # fmt: skip
    email = models.CharField(max_length=254, blank=True, default="")
    country = models.CharField(max_length=2, blank=True, default="", help_text="ISO 3166 code, like DE")
    region = models.CharField(max_length=100, blank=True, default="")
    city = models.CharField(max_length=100, blank=True, default="")
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    timezone = models.CharField("time zone", max_length=64, blank=True, default="")
    language = models.CharField(max_length=35, blank=True, default="", help_text="BCP 47, like de-DE")
    source = models.CharField(max_length=50, blank=True, default="", help_text="sdk, api or import")
    attributes = models.JSONField(default=dict, blank=True)
    attribute_times = models.JSONField(
        default=dict, db_default={}, blank=True, editable=False,
        help_text="Since when each is so, and was removed (subscribers/attribute_times.py)",
    )  # fmt: skip
    raw_values = models.JSONField(
        default=dict, db_default={}, blank=True, editable=False,
        help_text="What was sent last, by key, where `attributes` cannot say it: values that were refused, or rewritten",
    )  # fmt: skip
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, editable=False, on_delete=models.CASCADE, related_name="shells"
    )
    merged_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(editable=False)
    last_seen_at = models.DateTimeField(editable=False)

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["site", "last_seen_at"], name="subscriber_seen"),
            models.Index(fields=["site", "latitude", "longitude"], name="subscriber_place"),
            # What segments are joined with, in the order of ids.
            models.Index(
                fields=["site", "id"],
                condition=models.Q(merged_into__isnull=True),
                name="subscriber_living",
            ),
            # For those who follow what people did, and must know whose deeds have become somebody else's.
            models.Index(
                fields=["site", "merged_at"],
                condition=models.Q(merged_at__isnull=False),
                name="subscriber_merged",
            ),
            # For whoever asks what was refused.
            models.Index(fields=["site"], condition=~models.Q(raw_values={}), name="subscriber_raw_values"),
            # For whoever asks how many say who they are without a proof.
            models.Index(fields=["site"], condition=~models.Q(claimed_id=""), name="subscriber_claims"),
            # For those who look somebody up: however it is written, or by how it begins.
            models.Index(OpClass(Upper("email"), name="text_pattern_ops"), name="subscriber_email"),
        ]
        permissions: ClassVar = [
            ("export_subscriber", "Can export subscribers"),
            ("erase_subscriber", "Can erase subscribers for good"),
            ("view_personal_data", "Can see what is marked personal"),
        ]

    def __str__(self) -> str:
        """For eyes: without what is not for those that look."""
        hidden = find_hidden(self.site_id).fields
        external_id = "" if "external_id" in hidden else self.external_id
        email = "" if "email" in hidden else self.email
        return external_id or email or f"Visitor {str(self.uuid)[:8]}"

    @property
    def opaque_id(self) -> str:
        """What the audit log calls them: it tells nothing of somebody who was erased."""
        return str(self.uuid)


class SubscriberChange(models.Model):
    """What changed about whom in one transaction, kept until segments have followed it (subscribers/changes.py).

    A small local table of batches, from which rows go as soon as they are followed.
    """

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="+")
    topic = models.CharField(max_length=120)
    subscriber_ids = ArrayField(models.BigIntegerField(), null=True, help_text="None: all of the site's")
    changed_at = models.DateTimeField()
    # Of events: when the first of them happened, so that they can be found again in the log.
    earliest_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["site", "id"], name="change_by_site")]

    def __str__(self) -> str:
        return f"{self.topic} of {'everyone' if self.subscriber_ids is None else len(self.subscriber_ids)}"


class Identity(models.Model):
    """A name under which a subscriber is known: the uuid of a browser, or the id of one's own customer table.

    A lookup table of its own, so that every per-subscriber table can be spread over machines by subscriber
    and several browsers can lead to one person (docs/decisions). `subscriber_id` is no foreign key there.
    """

    class Kind(models.TextChoices):
        ANONYMOUS = "anonymous", "Browser"
        EXTERNAL = "external", "Customer id"

    site = models.ForeignKey(Site, on_delete=models.CASCADE)
    kind = models.CharField(max_length=10, choices=Kind)
    value = models.CharField(max_length=200)
    subscriber = models.ForeignKey(
        Subscriber, db_constraint=False, on_delete=models.CASCADE, related_name="identities"
    )

    class Meta:
        verbose_name_plural = "identities"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["site", "kind", "value"], name="identity_leads_to_one_subscriber")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


class PushSubscriptionQuerySet(models.QuerySet["PushSubscription"]):
    def active(self) -> Self:
        return self.filter(ended_at=None)


class PushSubscription(models.Model):
    """One device's address at its push service (W3C Push API): endpoint and the keys to encrypt for it."""

    class Kind(models.TextChoices):
        MOBILE = "mobile", "Mobile"
        TABLET = "tablet", "Tablet"
        DESKTOP = "desktop", "Desktop"

    class EndReason(models.TextChoices):
        UNSUBSCRIBED = "unsubscribed", "The person unsubscribed"
        GONE = "gone", "The push service says it is gone"
        REPLACED = "replaced", "The device subscribed anew"
        REFUSED = "refused", "The push service refused it again and again"
        CONTESTED = "contested", "It is somebody else's device: the keys are not that device's"
        NEVER_TAKEN = (
            "never_taken",
            "Its push service never took a message of this site, and refused this one",
        )

    pk = models.CompositePrimaryKey("subscriber_id", "id")
    id = models.UUIDField(default=uuid.uuid4)
    subscriber = models.ForeignKey(
        Subscriber, db_index=False, on_delete=models.CASCADE, related_name="push_subscriptions"
    )
    endpoint = models.CharField(max_length=2000)
    p256dh = models.CharField(max_length=100)
    auth = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.DESKTOP)
    os = models.CharField(max_length=50, blank=True, default="")
    browser = models.CharField(max_length=50, blank=True, default="")
    browser_uuid = models.UUIDField(
        null=True, blank=True, help_text="The anonymous identity of the browser that registered it"
    )
    created_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=20, choices=EndReason, blank=True, default="")
    refusals = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="How often in a row its push service refused it, and it alone"
    )

    objects = PushSubscriptionQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subscriber", "endpoint"], name="endpoint_once_per_subscriber"),
            models.CheckConstraint(
                condition=models.Q(ended_at=None, end_reason="")
                | (models.Q(ended_at__isnull=False) & ~models.Q(end_reason="")),
                name="ended_subscription_has_a_reason",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["endpoint"], name="subscription_endpoint"),
            models.Index(
                fields=["subscriber", "kind"],
                condition=models.Q(ended_at__isnull=True),
                name="subscription_active",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.browser or 'Browser'} on {self.os or 'a device'}"


class AstrayClock(models.Model):
    """A machine whose clock is not the database's, and that is therefore not given any job (subscribers/clocks.py)."""

    machine = models.CharField(max_length=253, primary_key=True)
    ahead_seconds = models.FloatField(help_text="Less than 0: behind")
    noted_at = models.DateTimeField(help_text="By the database's clock")

    def __str__(self) -> str:
        return self.machine
