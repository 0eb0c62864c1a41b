"""How the management door writes what came of campaigns."""

import math
from typing import Any

from rest_framework import serializers

from campaigns.models import Occurrence, PushHost
from subscribers.api.strict import StrictFields


class FiniteField(serializers.FloatField):
    """JSON has no infinity: null where nothing can be said."""

    def to_representation(self, value: float) -> float | None:  # type: ignore[override]
        return value if math.isfinite(value) else None


class EstimateSerializer(serializers.Serializer[Any]):
    """A figure and what it lies between with 95 % confidence; an end is null where it could be anything."""

    value = FiniteField(allow_null=True)
    low = FiniteField(allow_null=True, source="interval.low")
    high = FiniteField(allow_null=True, source="interval.high")


class LiftGroupSerializer(serializers.Serializer[Any]):
    people = serializers.IntegerField()
    converted = serializers.IntegerField(help_text="Within the longest window after they were due")
    share = EstimateSerializer()
    revenue_per_person = EstimateSerializer()


class LiftComparisonSerializer(serializers.Serializer[Any]):
    difference = EstimateSerializer(help_text="Those it was meant for less those held out")
    relative = EstimateSerializer(allow_null=True, help_text="0.25: a quarter more; null: cannot be told")
    p = serializers.FloatField(help_text="How often chance alone does that")
    is_clear = serializers.BooleanField(help_text="The interval of the difference is on one side of 0")


class LiftSerializer(serializers.Serializer[Any]):
    """Everybody it was meant for, whatever became of the push, beside those held out, over all runs."""

    meant = LiftGroupSerializer()
    held_out = LiftGroupSerializer()
    conversions = LiftComparisonSerializer()
    revenue = LiftComparisonSerializer(allow_null=True)
    sentence = serializers.CharField()
    warnings = serializers.ListField(child=serializers.CharField())


class WinnerRequestSerializer(StrictFields):
    variant = serializers.CharField(max_length=1, help_text="The letter of the version that wins")


class ReportRequestSerializer(StrictFields):
    occurrence = serializers.CharField(
        required=False, default="", allow_blank=True, help_text="The number of one run; absent: all together"
    )
    segments = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        help_text="Break it down by the members now of these, at most eight: ids with commas between",
    )


class RateSerializer(serializers.Serializer[Any]):
    """A share of people, and what it lies between with 95 % certainty (Wilson's interval); null of nobody."""

    count = serializers.IntegerField()
    total = serializers.IntegerField()
    value = serializers.FloatField(allow_null=True, help_text="From 0 to 1")
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class FiguresSerializer(serializers.Serializer[Any]):
    people = serializers.IntegerField(help_text="With those who were not sent it")
    sent = serializers.IntegerField()
    displayed = serializers.IntegerField()
    clicked = serializers.IntegerField()
    converted = serializers.IntegerField(help_text="People who did after a click, or after it was seen")
    conversions = serializers.IntegerField(help_text="How often they did")
    revenue = serializers.FloatField()
    unsubscribed = serializers.IntegerField(help_text="People who unsubscribed within a day of it")


class LineSerializer(serializers.Serializer[Any]):
    key = serializers.CharField(help_text="A letter, an hour, a code, a zone or an id; empty: not known")
    label = serializers.CharField()  # type: ignore[assignment]
    figures = FiguresSerializer()
    display_rate = RateSerializer()
    click_rate = RateSerializer()
    conversion_rate = RateSerializer()


class BreakdownsSerializer(serializers.Serializer[Any]):
    """Of those who were sent it. Countries and kinds of device are those known now."""

    variant = LineSerializer(many=True)
    hour = LineSerializer(
        many=True,
        help_text="The hour of the day at which it was sent: at local time on each person's clock, else on the site's",
    )
    device = LineSerializer(many=True)
    country = LineSerializer(many=True)
    timezone = LineSerializer(many=True)
    segment = LineSerializer(many=True, help_text="Of the segments asked for: their members now")


class StepSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    people = serializers.IntegerField()
    of_audience = RateSerializer()
    of_sent = RateSerializer(allow_null=True)


class ClicksSerializer(serializers.Serializer[Any]):
    variant = serializers.CharField()
    action = serializers.CharField(help_text="Empty for the notification itself, a1 and a2 for its buttons")
    text = serializers.CharField()
    link = serializers.CharField()
    people = serializers.IntegerField()
    of_clicks = RateSerializer()


class CreditSerializer(serializers.Serializer[Any]):
    credit = serializers.CharField(help_text="click, view, or none, which includes those held out")
    label = serializers.CharField()  # type: ignore[assignment]
    people = serializers.IntegerField()
    conversions = serializers.IntegerField()
    revenue = serializers.FloatField()


class TakingsSerializer(serializers.Serializer[Any]):
    currency = serializers.CharField(help_text="As events name it; empty: they name none")
    revenue = serializers.FloatField()
    conversions = serializers.IntegerField()


class MoneySerializer(serializers.Serializer[Any]):
    """What conversions brought, each currency by itself: amounts in several are never added up."""

    takings = TakingsSerializer(many=True)
    unread = serializers.IntegerField(help_text="Conversions whose amount is none, like 12,50 or €12")
    examples = serializers.ListField(child=serializers.CharField(), help_text="What stood in its place")


class VersionVerdictSerializer(serializers.Serializer[Any]):
    measure = serializers.CharField(help_text="clicked or converted")
    leader = serializers.CharField(help_text="The version that is ahead")
    p = serializers.FloatField(help_text="How often chance alone would put one as far ahead of all others")
    is_clear = serializers.BooleanField()
    sentence = serializers.CharField()


class ReasonCountSerializer(serializers.Serializer[Any]):
    status = serializers.CharField()
    reason = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    count = serializers.IntegerField()


class HourSerializer(serializers.Serializer[Any]):
    hour = serializers.DateTimeField()
    sent = serializers.IntegerField()
    clicked = serializers.IntegerField()


class OutcomesSerializer(serializers.Serializer[Any]):
    """Numbers of people: audience = waiting + sent + failed + expired + skipped + erased."""

    audience = serializers.IntegerField()
    waiting = serializers.IntegerField()
    sent = serializers.IntegerField()
    displayed = serializers.IntegerField()
    clicked = serializers.IntegerField()
    failed = serializers.IntegerField()
    expired = serializers.IntegerField()
    skipped = serializers.IntegerField()
    erased = serializers.IntegerField(help_text="People who were deleted since")


class RunSerializer(serializers.ModelSerializer[Occurrence]):
    class Meta:
        model = Occurrence
        fields = ("number", "local_date", "as_of", "planned_at", "test_ends_at", "finished_at")
        read_only_fields = fields


class RunOutcomesSerializer(serializers.Serializer[Any]):
    run = RunSerializer(source="occurrence")
    outcomes = OutcomesSerializer()


class ReportSerializer(OutcomesSerializer):
    """What became of the audience: audience = waiting + sent + failed + expired + skipped + erased."""

    as_of = serializers.DateTimeField(help_text="The instant that all of it is about, at most a minute ago")
    occurrence = serializers.IntegerField(
        allow_null=True, help_text="The run it is about; null: all together"
    )
    reasons = ReasonCountSerializer(many=True)
    display_rate = serializers.FloatField(allow_null=True)
    click_rate = serializers.FloatField(allow_null=True)
    by_hour = HourSerializer(many=True)
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    total = FiguresSerializer()
    funnel = StepSerializer(many=True)
    breakdowns = BreakdownsSerializer()
    clicks = ClicksSerializer(many=True)
    credits = CreditSerializer(many=True)
    money = MoneySerializer()
    verdicts = VersionVerdictSerializer(
        many=True,
        help_text="Of a plain A/B test; empty where there is one version, or a winner is looked for",
    )
    lift = LiftSerializer(allow_null=True, help_text="Null without a goal, or with nobody held out")
    runs = RunOutcomesSerializer(many=True, help_text="The latest, newest first, at most a hundred")


class ZoneProgressSerializer(serializers.Serializer[Any]):
    timezone = serializers.CharField()
    due = serializers.IntegerField(help_text="Waiting, although it is their time")
    later = serializers.IntegerField(help_text="Waiting for their time")
    awaiting_winner = serializers.IntegerField(help_text="Waiting for the winner of the test")
    sending = serializers.IntegerField()
    sent = serializers.IntegerField()
    ended = serializers.IntegerField(help_text="Failed or expired")
    next_due_at = serializers.DateTimeField(allow_null=True)
    last_due_at = serializers.DateTimeField(allow_null=True)


class ClosedHostSerializer(serializers.ModelSerializer[PushHost]):
    class Meta:
        model = PushHost
        fields = ("host", "closed_until", "reason")
        read_only_fields = fields


class ProgressRequestSerializer(StrictFields):
    occurrence = serializers.CharField(
        required=False, default="", allow_blank=True, help_text="The number of a run; absent: that under way"
    )


class ProgressSerializer(serializers.Serializer[Any]):
    """How far a run has come. Meant to be asked for every few seconds."""

    status = serializers.CharField()
    status_reason = serializers.CharField(help_text="Why it was paused, where it was not by hand")
    run = RunSerializer(allow_null=True)
    runs = serializers.IntegerField(help_text="How many runs there are so far")
    outcomes = OutcomesSerializer()
    planning = serializers.FloatField(
        allow_null=True, help_text="The share of the audience that planning has been through; null: done"
    )
    share = serializers.FloatField(
        allow_null=True,
        source="outcomes.share_settled",
        help_text="How far it is, from 0 to 1: of those who are sent to, nobody who is skipped; null: of nobody",
    )
    pace = serializers.FloatField(allow_null=True, help_text="Outcomes a minute over the last minutes")
    ends_at = serializers.DateTimeField(allow_null=True, help_text="When the last one is out, at this pace")
    everybody = ZoneProgressSerializer()
    zones = ZoneProgressSerializer(many=True)
    zones_as_of = serializers.DateTimeField()
    closed_hosts = ClosedHostSerializer(many=True, help_text="Push services that asked for patience")
    winner_by = serializers.CharField()
    winner = serializers.CharField(help_text="The version that everybody else gets, once it is known")
    winner_note = serializers.CharField()
