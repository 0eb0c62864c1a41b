"""How the management door writes events and their types."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from subscribers.api.strict import StrictFields
from subscribers.viewing import mask_properties
from tracking.event_names import read_as_sent
from tracking.models import Event, EventType


class EventTypeSerializer(StrictFields, serializers.ModelSerializer[EventType]):
    properties = serializers.SerializerMethodField()

    class Meta:
        model = EventType
        fields: ClassVar = [
            "id",
            "site",
            "name",
            "description",
            "properties",
            "standing",
            "hidden",
            "hidden_properties",
            "personal_properties",
            "first_seen_at",
        ]
        read_only_fields: ClassVar = ["site", "name", "first_seen_at"]

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
    def get_properties(self, event_type: EventType) -> dict[str, str]:
        types: dict[str, str] = event_type.properties
        return types


class EventSerializer(serializers.ModelSerializer[Event]):
    name = serializers.SerializerMethodField()
    properties = serializers.SerializerMethodField()

    class Meta:
        model = Event
        fields: ClassVar = ["id", "name", "occurred_at", "received_at", "properties"]
        read_only_fields = fields

    @extend_schema_field({"type": "object", "additionalProperties": True})
    def get_properties(self, event: Event) -> dict[str, object]:
        name, properties = read_as_sent(event)
        return mask_properties(name, properties, event.event_type.site_id)

    def get_name(self, event: Event) -> str:
        return read_as_sent(event)[0]
