"""One message, its audience, its schedule, and all that its marketer decides about it."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models

from campaigns.models.message import Message
from campaigns.models.schedules import list_unchosen
from segments.models import Segment
from subscribers.models import Site
from subscribers.names import validate_visible

_FIRST_DAY, _LAST_DAY = dt.date(2000, 1, 1), dt.date(2999, 12, 31)
_DAY_HINT = "Choose a day in the years from 2000 to 2999."
# These days can be read on every clock on earth; the calendar's very first and last cannot.
DAY_VALIDATORS = (MinValueValidator(_FIRST_DAY, _DAY_HINT), MaxValueValidator(_LAST_DAY, _DAY_HINT))
_MOMENT_VALIDATORS = (
    MinValueValidator(dt.datetime.combine(_FIRST_DAY, dt.time.min, dt.UTC), _DAY_HINT),
    MaxValueValidator(dt.datetime.combine(_LAST_DAY, dt.time.max, dt.UTC), _DAY_HINT),
)


class Campaign(Message):
    """One message, its audience and its schedule. What is inherited from Message is its version A."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"  # being written; nothing is planned
        SCHEDULED = "scheduled", "Scheduled"  # launched, planned or not yet; nobody is due so far
        RUNNING = "running", "Running"  # the first of its people are due, or were
        PAUSED = "paused", "Paused"  # planned, nothing is claimed until it is resumed
        FINISHED = "finished", "Finished"  # every delivery has its outcome
        CANCELLED = "cancelled", "Cancelled"  # stopped for good; what was not sent is skipped

    class Schedule(models.TextChoices):
        NOW = "now", "Right away"
        INSTANT = "instant", "At one moment, the same for everybody"
        LOCAL = "local", "At each subscriber's local time"
        RECURRING = "recurring", "Again and again, at each subscriber's local time"

    class Repeats(models.TextChoices):
        DAILY = "daily", "Every day"
        WEEKLY = "weekly", "Every week"
        MONTHLY = "monthly", "Every month"

    class LatePolicy(models.TextChoices):
        SEND_NOW = "send_now", "Send right away"
        NEXT_DAY = "next_day", "Send the next day at that time"
        SKIP = "skip", "Leave them out"
        SEND_IF_WITHIN = "send_if_within", "Send right away if not too late, else leave them out"

    class AudienceAt(models.TextChoices):
        LAUNCH = "launch", "Once, at launch"
        DELIVERY = "delivery", "Checked again right before each one is sent"

    class Devices(models.TextChoices):
        LAST_SEEN = "last_seen", "The device each person used last"
        ALL = "all", "All of a person's devices"

    class Priority(models.IntegerChoices):
        LOW = 10, "Low"
        NORMAL = 20, "Normal"
        HIGH = 30, "High"
        HIGHEST = 40, "Highest"

    class CapBy(models.TextChoices):
        SITE = "site", "The site's limits"
        OWN = "own", "A limit of its own"
        NONE = "none", "No limit: everybody gets it"

    class QuietHours(models.TextChoices):
        SITE = "site", "The site's quiet hours"
        IGNORE = "ignore", "Send at any hour"

    class WinnerBy(models.TextChoices):
        NOBODY = "", "No winner: everybody gets the version drawn for them"
        CLICKS = "clicks", "The version with more clicks"
        CONVERSIONS = "conversions", "The version with more conversions"
        HAND = "hand", "I choose the winner"

    class Undecided(models.TextChoices):
        LEADER = "leader", "Send the one that is ahead"
        SPLIT = "split", "Go on with all versions"
        ASK = "ask", "Wait until I choose"

    class Urgency(models.TextChoices):
        VERY_LOW = "very-low", "Very low: only on power and Wi-Fi"
        LOW = "low", "Low"
        NORMAL = "normal", "Normal"
        HIGH = "high", "High: wakes the device"

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="campaigns")
    name = models.CharField(max_length=128, validators=[validate_visible])
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    status_reason = models.CharField(max_length=300, blank=True, default="", editable=False)

    include_segments = models.ManyToManyField(
        Segment,
        blank=True,
        related_name="campaigns_including",
        verbose_name="send to",
        help_text="People in any of these; none chosen: everyone",
    )
    exclude_segments = models.ManyToManyField(
        Segment,
        blank=True,
        related_name="campaigns_excluding",
        verbose_name="but not to",
        help_text="People in any of these are left out",
    )
    audience_at = models.CharField(
        "who is in the audience is settled", max_length=10, choices=AudienceAt, default=AudienceAt.LAUNCH
    )

    schedule = models.CharField("when", max_length=10, choices=Schedule, default=Schedule.NOW)
    send_at = models.DateTimeField("moment", null=True, blank=True, validators=_MOMENT_VALIDATORS)
    local_date = models.DateField("date", null=True, blank=True, validators=DAY_VALIDATORS)
    local_time = models.TimeField("time of day", null=True, blank=True)
    late_policy = models.CharField(
        "where that time has passed already",
        max_length=15,
        choices=LatePolicy,
        default=LatePolicy.SEND_IF_WITHIN,
    )
    late_limit_minutes = models.PositiveIntegerField(
        "not later than, in minutes", default=60, validators=[MaxValueValidator(24 * 60)]
    )

    ttl = models.DurationField(
        "try for",
        default=dt.timedelta(days=1),
        help_text="How long the push service may keep trying to reach a device that is off (RFC 8030 TTL)",
        validators=[MinValueValidator(dt.timedelta(0)), MaxValueValidator(dt.timedelta(days=28))],
    )
    urgency = models.CharField(max_length=10, choices=Urgency, default=Urgency.NORMAL)

    topic = models.CharField(
        max_length=20, blank=True, default="", validators=[RegexValidator("^[A-Za-z0-9_-]*$", "Letters, digits, - and _.")],
        help_text="A later push with the same topic takes the place of an earlier one that is still unread (RFC 8030)",
    )  # fmt: skip
    devices = models.CharField("goes to", max_length=10, choices=Devices, default=Devices.LAST_SEEN)

    repeats = models.CharField(max_length=10, choices=Repeats, default=Repeats.WEEKLY)
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(7)]),
        default=list, blank=True, help_text="1 is Monday, 7 is Sunday; for campaigns that repeat every week",
    )  # fmt: skip
    month_day = models.PositiveSmallIntegerField(
        "day of the month", default=1, validators=[MinValueValidator(1), MaxValueValidator(31)],
        help_text="In shorter months: the last day",
    )  # fmt: skip
    repeat_until = models.DateField("last day", null=True, blank=True, validators=DAY_VALIDATORS)

    priority = models.PositiveSmallIntegerField(
        choices=Priority, default=Priority.NORMAL,
        help_text="Where a limit lets through only one of two campaigns, the one of higher priority goes first",
    )  # fmt: skip
    cap_by = models.CharField("limit", max_length=5, choices=CapBy, default=CapBy.SITE)
    cap_limit = models.PositiveSmallIntegerField(
        "at most",
        default=1,
        validators=[MinValueValidator(1)],
        help_text="Pushes of any campaign that counts",
    )
    cap_window = models.DurationField("within", default=dt.timedelta(days=1))
    counts_towards_caps = models.BooleanField("counts towards limits", default=True)
    quiet_hours = models.CharField(max_length=6, choices=QuietHours, default=QuietHours.SITE)
    holdout_percent = models.PositiveSmallIntegerField(
        "held out, in per cent", default=0, validators=[MaxValueValidator(50)],
        help_text="So many, drawn by lot, are not sent this, to see what difference it makes",
    )  # fmt: skip
    throttle_per_minute = models.PositiveIntegerField(
        "at most, a minute", null=True, blank=True, validators=[MinValueValidator(1)]
    )

    winner_by = models.CharField(
        "winner", max_length=12, choices=WinnerBy, blank=True, default=WinnerBy.NOBODY
    )
    test_percent = models.PositiveSmallIntegerField(
        "tested with, in per cent", default=20, validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="The others wait, and get the winner",
    )  # fmt: skip
    test_duration = models.DurationField("tested for", default=dt.timedelta(hours=4))
    test_sample = models.PositiveIntegerField(
        "or until so many got it", null=True, blank=True, validators=[MinValueValidator(1)]
    )
    undecided = models.CharField(
        "if none is clearly better", max_length=6, choices=Undecided, default=Undecided.SPLIT
    )
    test_ahead = models.BooleanField(
        "tested a day ahead", default=False,
        help_text="Whoever tries the versions gets theirs at the same local hour of the day before",
    )  # fmt: skip
    winner = models.CharField(max_length=1, blank=True, default="", editable=False)
    winner_note = models.CharField(max_length=300, blank=True, default="", editable=False)
    winner_chosen_at = models.DateTimeField(null=True, editable=False)

    # A node of the rule language, {"type": "event", "event": …, "where": […]}; none: conversions are not counted.
    goal = models.JSONField(null=True, blank=True)
    click_window = models.DurationField(
        "counts after a click for", null=True, blank=True, default=dt.timedelta(days=3)
    )
    view_window = models.DurationField(
        "counts after it was seen for", null=True, blank=True, default=dt.timedelta(days=1)
    )
    revenue_property = models.CharField(max_length=100, blank=True, default="")
    counts_every_conversion = models.BooleanField(
        "counts every time", default=False, help_text="Otherwise a person's first one alone"
    )

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    # Who wrote the draft last; nobody: nobody but who made it, or nobody known.
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    launched_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)
    # The pace (throttle_per_minute) allows the next push from this instant on.
    paced_until = models.DateTimeField(null=True, editable=False)

    class Meta:
        permissions: ClassVar = [
            ("launch_campaign", "Can launch, pause, resume and cancel campaigns"),
            ("send_test_campaign", "Can send a test push"),
            ("approve_campaign", "Can approve campaigns that somebody else wrote"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(status__in=["draft", "scheduled", "running", "paused", "finished", "cancelled"]),
                name="campaign_status_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["draft", "cancelled"])
                | ~models.Q(schedule="instant") | models.Q(send_at__isnull=False),
                name="instant_campaign_has_its_instant",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["draft", "cancelled"])
                | ~models.Q(schedule__in=["local", "recurring"]) | models.Q(local_date__isnull=False, local_time__isnull=False),
                name="local_campaign_has_date_and_time",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Whichever door it came through, fields of a schedule that is not chosen hold nothing."""
        cleared = self.clear_unchosen()
        written = None if update_fields is None else {*update_fields, *cleared}
        super().save(*args, update_fields=written, **kwargs)

    @property
    def decides_by_itself(self) -> bool:
        """Whether a winner is found by figures, not by hand."""
        return self.winner_by in (self.WinnerBy.CLICKS, self.WinnerBy.CONVERSIONS)

    def clear_unchosen(self) -> set[str]:
        """Let the fields of schedules that are not chosen hold nothing; which of them held something."""
        cleared = set()
        for name in list_unchosen(self.schedule, self.repeats, self.late_policy):
            nothing = self._meta.get_field(name).get_default()  # type: ignore[union-attr]
            if getattr(self, name) != nothing:
                setattr(self, name, nothing)
                cleared.add(name)
        return cleared
