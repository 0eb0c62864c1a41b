"""How the management door writes segments, their members and their history."""

import datetime as dt
import re
from typing import Any, ClassVar

from drf_spectacular.helpers import lazy_serializer
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.settings import api_settings

from segments.definitions import refuse_instant
from segments.models import Membership, MembershipChange, Segment
from segments.rules import RuleError
from segments.rules.explanation import Explanation
from segments.rules.windows import read_instant
from segments.versions import accept_rule
from subscribers.api.strict import StrictFields
from subscribers.api.twins import TwinWarnings
from subscribers.models import Site

RULE_SCHEMA = {
    "type": "object",
    "description": "The rule language, version 1",
    "required": ["version", "root"],
    "properties": {
        "version": {"type": "integer", "enum": [1]},
        "root": {"type": "object", "additionalProperties": True},
    },
}


def place_problems(error: RuleError) -> dict[str, Any]:
    """What is wrong with a rule, each sentence at its node: `root.conditions[0]` becomes {"root": {"conditions": {"0": …}}}."""
    placed: dict[str, Any] = {}
    for problem in error.problems:
        node = placed
        for step in re.findall(r"[^.\[\]]+", problem.path):
            node = node.setdefault(step, {})
        node.setdefault(api_settings.NON_FIELD_ERRORS_KEY, []).append(problem.message)
    return placed


@extend_schema_field(RULE_SCHEMA)
class RuleField(serializers.JSONField):
    """A rule document. Whether it can be understood depends on the site, so the whole is checked, not the field."""


class SegmentSerializer(TwinWarnings, StrictFields, serializers.ModelSerializer[Segment]):
    kind = serializers.ChoiceField(
        choices=Segment.Kind.choices,
        required=False,
        help_text="live: a rule gives the members; static: a list that people keep. Absent: live. It stays as it is made",
    )
    rule = RuleField(
        required=False, allow_null=True, help_text="Of a live segment, which needs one; null of a list"
    )
    snapshot_rule = RuleField(
        read_only=True, help_text="Of a list: the rule that gave its first members, once; else null"
    )
    version = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=0,
        help_text="The number of the latest rule; null of a list. Given with a change, it is refused (409) if the rule was changed since",
    )

    class Meta:
        model = Segment
        fields: ClassVar = [
            "id", "site", "kind", "name", "description", "rule", "snapshot_rule", "version", "status", "failure", "member_count", "refreshed_at",
            "created_at", "updated_at", "warnings",
        ]  # fmt: skip
        read_only_fields: ClassVar = [
            "status", "failure", "member_count", "refreshed_at", "created_at", "updated_at",
        ]  # fmt: skip

    def validate_site(self, site: Site) -> Site:
        if self.instance is not None and site != self.instance.site:
            raise serializers.ValidationError("A segment stays with its site; make a new one for another.")
        return site

    def validate_kind(self, kind: str) -> str:
        if self.instance is not None and kind != self.instance.kind:
            raise serializers.ValidationError(
                "A segment stays live or static; make a new one of the other kind."
            )
        return kind

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        site = attrs.get("site") or getattr(self.instance, "site", None)
        if not self._needs_rule(attrs):
            attrs.pop("rule", None)
        elif "rule" in attrs and site is not None:
            try:
                accept_rule(site, attrs["rule"], segment=self.instance)
            except RuleError as error:
                raise serializers.ValidationError({"rule": place_problems(error)}) from None
        return attrs

    def _needs_rule(self, attrs: dict[str, Any]) -> bool:
        """A live segment needs a rule, a list must not have one."""
        kind = attrs.get("kind") or getattr(self.instance, "kind", Segment.Kind.LIVE)
        rule = attrs.get("rule")
        if kind == Segment.Kind.STATIC:
            if rule is not None:
                raise serializers.ValidationError(
                    {"rule": ["A list has no rule: people decide who is on it."]}
                )
            return False
        if rule is None and ("rule" in attrs or not self.partial):
            raise serializers.ValidationError({"rule": ["A live segment needs a rule."]})
        return True


class MemberSerializer(serializers.ModelSerializer[Membership]):
    label = serializers.CharField(  # type: ignore[assignment]
        source="subscriber.__str__", read_only=True
    )

    class Meta:
        model = Membership
        fields: ClassVar = ["subscriber", "label", "entered_at"]
        read_only_fields = fields


class SubscriberSegmentSerializer(serializers.ModelSerializer[Membership]):
    name = serializers.CharField(source="segment.name", read_only=True)

    class Meta:
        model = Membership
        fields: ClassVar = ["segment", "name", "entered_at"]
        read_only_fields = fields


class MembershipChangeSerializer(serializers.ModelSerializer[MembershipChange]):
    class Meta:
        model = MembershipChange
        fields: ClassVar = ["subscriber", "kind", "cause", "changed_at"]
        read_only_fields = fields


class InstantField(serializers.DateTimeField):
    """A moment with its offset; without one nobody knows which moment it is."""

    def to_internal_value(self, value: Any) -> dt.datetime:
        try:
            return read_instant(value)
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from None


class ExplainRequestSerializer(StrictFields):
    subscriber = serializers.IntegerField(
        min_value=1,
        max_value=2**63 - 1,
        help_text="The id of the subscriber",
        error_messages={"required": "Say whom to explain, like ?subscriber=42."},
    )
    as_of = InstantField(
        required=False,
        default=None,
        help_text="The instant to explain for, like 2026-11-21T10:00:00Z; absent: now",
    )

    def validate_as_of(self, as_of: dt.datetime | None) -> dt.datetime | None:
        problem = refuse_instant(as_of) if as_of else None
        if problem:
            raise serializers.ValidationError(problem)
        return as_of


class EvidenceSerializer(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]
    value = serializers.CharField(help_text="In words; times are on the site's clock")


class ExplanationSerializer(serializers.Serializer[Any]):
    sentence = serializers.CharField(help_text="What this node of the rule asks")
    holds = serializers.BooleanField()
    changes_at = serializers.DateTimeField(
        source="outlook.changes_at",
        default=None,
        allow_null=True,
        help_text="When time alone changes this condition's answer; null: never, or a group, whose conditions tell",
    )
    evidence = EvidenceSerializer(many=True)
    children = serializers.SerializerMethodField(help_text="The conditions of a group, in order")

    @extend_schema_field(lazy_serializer("segments.api.serializers.ExplanationSerializer")(many=True))
    def get_children(self, explanation: Explanation) -> list[dict[str, Any]]:
        return [ExplanationSerializer(child).data for child in explanation.children]


class MembershipExplanationSerializer(serializers.Serializer[Any]):
    sentence = serializers.CharField(help_text="The whole rule")
    as_of = serializers.DateTimeField()
    holds = serializers.BooleanField(help_text="Whether the rule holds for them at `as_of`")
    entered_at = serializers.DateTimeField(
        allow_null=True, help_text="Since when they are a member as stored now; null: they are none"
    )
    changes_at = serializers.DateTimeField(
        allow_null=True,
        help_text="When they leave or enter if nothing else happens; null: time alone does neither, as `outlook` says",
    )
    outlook = serializers.CharField(help_text="The same in words")
    timezone = serializers.CharField(help_text="The site's, in which evidence and outlook tell times")
    root = ExplanationSerializer()
