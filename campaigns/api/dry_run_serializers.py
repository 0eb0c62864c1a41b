"""How the management door tells what a launch would do."""

from typing import Any

from rest_framework import serializers

from campaigns.models import Delivery, DryRun
from subscribers.api.strict import StrictFields


class DueGroupSerializer(serializers.Serializer[Any]):
    due_at = serializers.DateTimeField()
    timezone = serializers.CharField()
    local = serializers.CharField(help_text="What their clocks show then")
    count = serializers.IntegerField()


class HourCountSerializer(serializers.Serializer[Any]):
    hour = serializers.DateTimeField(help_text="An hour of UTC")
    people = serializers.IntegerField()


class ZoneCountSerializer(serializers.Serializer[Any]):
    zone = serializers.CharField()
    people = serializers.IntegerField()
    first_due_at = serializers.DateTimeField()
    last_due_at = serializers.DateTimeField()


class MissingAttributeSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    people = serializers.IntegerField()


class ClockChangeSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=["skipped", "twice"])
    zones = serializers.ListField(child=serializers.CharField())
    people = serializers.IntegerField()
    sentence = serializers.CharField()


class DryRunSerializer(serializers.Serializer[Any]):
    """What a launch at `as_of` would do. As long as `status` is waiting or running, the figures are missing: ask again."""

    status = serializers.ChoiceField(choices=DryRun.Status.choices)
    as_of = serializers.DateTimeField()
    looked_at = serializers.IntegerField(help_text="How many people so far, while it is being worked out")
    total = serializers.IntegerField(help_text="Of about how many")
    failure = serializers.CharField()
    audience = serializers.IntegerField(
        required=False, help_text="planned and all of skipped_by_reason together"
    )
    planned = serializers.IntegerField(required=False)
    skipped_by_reason = serializers.DictField(child=serializers.IntegerField(), required=False)
    by_variant = serializers.DictField(
        child=serializers.IntegerField(),
        required=False,
        help_text="Who gets the version drawn for them; whoever waits for the winner is in none",
    )
    tested = serializers.IntegerField(required=False, help_text="Who tries the versions, where others wait")
    tested_in_time = serializers.IntegerField(
        required=False, help_text="Those of them who are due before the winner is decided"
    )
    by_due = DueGroupSerializer(many=True, required=False)
    by_hour = HourCountSerializer(many=True, required=False)
    by_zone = ZoneCountSerializer(many=True, required=False)
    site_zone_count = serializers.IntegerField(
        required=False, help_text="How many go by the site's time zone, theirs is unknown"
    )
    deferred = serializers.IntegerField(
        required=False, help_text="Of those planned: until their quiet hours end"
    )
    late = serializers.IntegerField(required=False, help_text="Of those planned: whose local time has passed")
    awaiting_winner = serializers.IntegerField(
        required=False, help_text="Of those planned: who get the winner"
    )
    test_ends_at = serializers.DateTimeField(required=False, allow_null=True)
    day = serializers.DateField(
        required=False, allow_null=True, help_text="Of a campaign that repeats: of its next run"
    )
    missing = MissingAttributeSerializer(many=True, required=False)
    clock_changes = ClockChangeSerializer(many=True, required=False)
    problems = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="What stands in the way of a launch"
    )
    remarks = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="The problems first"
    )


class DryRunPersonSerializer(serializers.Serializer[Any]):
    """What a launch would mean for one person. With a reason they are skipped; `due_at` is when it would have been."""

    subscriber = serializers.IntegerField(source="subscriber_id")
    uuid = serializers.UUIDField()
    name = serializers.CharField()
    variant = serializers.CharField()
    timezone = serializers.CharField()
    timezone_is_site_default = serializers.BooleanField()
    due_at = serializers.DateTimeField(allow_null=True)
    local_due_at = serializers.SerializerMethodField()
    reason = serializers.ChoiceField(choices=Delivery.Reason.choices, allow_blank=True)
    deferred = serializers.BooleanField()
    awaits_winner = serializers.BooleanField()

    def get_local_due_at(self, person: Any) -> str | None:
        """The same instant on their own clock, with its offset from UTC."""
        return person.local_due_at.isoformat() if person.local_due_at else None


class DryRunPageSerializer(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True, help_text="The address of the rest; null at the end")
    results = DryRunPersonSerializer(many=True)


class DryRunQuerySerializer(StrictFields):
    """Whom to list; what is left out does not matter."""

    cursor = serializers.IntegerField(
        required=False, min_value=0, max_value=2**63 - 1, default=0, help_text="From `next`"
    )
    page_size = serializers.IntegerField(required=False, min_value=1, max_value=500, default=50)
    search = serializers.CharField(
        required=False, allow_blank=True, max_length=200, default="", help_text="A customer id, an email address or its start, a uuid"
    )  # fmt: skip
    zone = serializers.CharField(required=False, allow_blank=True, max_length=64, default="")
    variant = serializers.CharField(required=False, allow_blank=True, max_length=1, default="")
    reason = serializers.CharField(
        required=False, allow_blank=True, max_length=20, default="",
        help_text="A reason for skipping somebody, or planned, deferred, awaits_winner",
    )  # fmt: skip
