"""How the management door writes sites, places, attributes and subscribers."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from subscribers.api.strict import StrictFields
from subscribers.api.twins import TwinWarnings
from subscribers.kept_aside import Reading
from subscribers.models import Attribute, AttributeConversion, Place, PushSubscription, Site, Subscriber
from subscribers.origins import is_origin
from subscribers.viewing import find_hidden, mask_attributes, mask_field


class OriginField(serializers.CharField):
    """Scheme and host of a page, as browsers send it: https://shop.example, without path (RFC 6454)."""

    def run_validation(self, data: object = serializers.empty) -> str:
        text: str = super().run_validation(data)
        if not is_origin(text):
            raise serializers.ValidationError(f"“{text}” is not an origin; https://shop.example is.")
        return text


class SiteSerializer(StrictFields, serializers.ModelSerializer[Site]):
    """A site without its secrets: those are for the admin's eyes."""

    allowed_origins = serializers.ListField(child=OriginField(max_length=300), required=False, max_length=100)
    vapid_public_key = serializers.SerializerMethodField()

    class Meta:
        model = Site
        fields: ClassVar = [
            "id", "name", "url", "public_key", "allowed_origins", "timezone", "trusts_names",
            "contact_email", "vapid_public_key", "created_at",
        ]  # fmt: skip
        read_only_fields: ClassVar = ["public_key", "created_at"]

    def get_vapid_public_key(self, site: Site) -> str:
        return site.vapid_public_key


class PlaceSerializer(TwinWarnings, StrictFields, serializers.ModelSerializer[Place]):
    latitude = serializers.FloatField(min_value=-90, max_value=90)
    longitude = serializers.FloatField(min_value=-180, max_value=180)

    class Meta:
        model = Place
        fields: ClassVar = ["id", "site", "name", "latitude", "longitude", "warnings"]


class ConversionSerializer(serializers.ModelSerializer[AttributeConversion]):
    """How far the values are on their way from another type; `finished_at` is null until all are there."""

    class Meta:
        model = AttributeConversion
        fields: ClassVar = [
            "from_type", "from_element_type", "started_at", "finished_at", "converted", "kept_raw",
        ]  # fmt: skip
        read_only_fields = fields


class AttributeSerializer(StrictFields, serializers.ModelSerializer[Attribute]):
    conversion = serializers.SerializerMethodField()

    class Meta:
        model = Attribute
        fields: ClassVar = [
            "id", "site", "key", "type", "element_type", "guessed_from", "description", "personal", "conversion",
            "created_at",
        ]  # fmt: skip
        read_only_fields: ClassVar = ["site", "key", "guessed_from", "created_at"]

    @extend_schema_field(ConversionSerializer(allow_null=True))
    def get_conversion(self, attribute: Attribute) -> dict[str, object] | None:
        """The latest change of type; null if there was none."""
        found = getattr(attribute, "conversion", None)
        return ConversionSerializer(found).data if found else None


class ShapeSerializer(serializers.Serializer[Attribute]):
    """The type that an attribute might have."""

    type = serializers.ChoiceField(Attribute.Type.choices)
    element_type = serializers.ChoiceField(Attribute.ElementType.choices, required=False)


class ReadingSerializer(serializers.Serializer[Reading]):
    """Values of people, read as a type."""

    people = serializers.IntegerField(help_text="Whose values were read.")
    is_all = serializers.BooleanField(help_text="False: there are more people than are read at once.")
    failing = serializers.IntegerField(help_text="Of how many of them the value is not one of this type.")
    examples = serializers.ListField(child=serializers.JSONField(), help_text="Some of those values.")


class DeviceSerializer(serializers.ModelSerializer[PushSubscription]):
    """A device without its endpoint and keys: who holds those can address it."""

    class Meta:
        model = PushSubscription
        fields: ClassVar = [
            "id",
            "kind",
            "os",
            "browser",
            "created_at",
            "last_seen_at",
            "ended_at",
            "end_reason",
        ]
        read_only_fields = fields


class SubscriberSerializer(serializers.ModelSerializer[Subscriber]):
    devices = DeviceSerializer(source="push_subscriptions", many=True, read_only=True)
    attributes = serializers.SerializerMethodField()

    class Meta:
        model = Subscriber
        fields: ClassVar = [
            "id", "site", "uuid", "external_id", "claimed_id", "email", "country", "region", "city", "latitude",
            "longitude", "timezone", "language", "source", "attributes", "devices", "merged_into", "created_at", "last_seen_at",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field({"type": "object", "additionalProperties": True})
    def get_attributes(self, subscriber: Subscriber) -> dict[str, object]:
        return mask_attributes(subscriber.attributes, subscriber.site_id)

    def to_representation(self, instance: Subscriber) -> dict[str, object]:
        shown: dict[str, object] = super().to_representation(instance)
        for name in find_hidden(instance.site_id).fields & shown.keys():
            # What is a number or an id must not be masked by a text.
            shown[name] = (
                mask_field(name, shown[name], instance.site_id) if isinstance(shown[name], str) else None
            )
        return shown
