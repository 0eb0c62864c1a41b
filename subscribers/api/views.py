"""The management door of subscribers: sites, places, attributes, and people (who are written by tracking alone)."""

from typing import ClassVar

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from access.audit import tell_shown
from subscribers.api.filters import SubscriberFilter
from subscribers.api.rights import PersonalRights
from subscribers.api.serializers import (
    AttributeSerializer,
    PlaceSerializer,
    ReadingSerializer,
    ShapeSerializer,
    SiteSerializer,
    SubscriberSerializer,
)
from subscribers.api.strict import KnownQuery
from subscribers.api.writing import OneWriter
from subscribers.attribute_values import Shape
from subscribers.changes import ZONE, note_for_everyone
from subscribers.conversion import change_type
from subscribers.kept_aside import Reading, count_refused, foresee_conversion
from subscribers.models import Attribute, Place, Site, Subscriber


class SiteViewSet(
    KnownQuery,
    OneWriter[Site],
    mixins.CreateModelMixin,
    viewsets.ReadOnlyModelViewSet[Site],
):
    """Websites with their keys. To delete one, with all it knows, is left to the admin."""

    queryset = Site.objects.all()
    serializer_class = SiteSerializer
    filterset_fields: ClassVar = ["name"]

    @transaction.atomic
    def perform_update(self, serializer: BaseSerializer[Site]) -> None:
        before = serializer.instance.timezone if serializer.instance else ""
        site = serializer.save()
        if site.timezone != before:
            note_for_everyone(site.pk, [ZONE], now=timezone.now())


class PlaceViewSet(KnownQuery, OneWriter[Place], viewsets.ModelViewSet[Place]):
    """Spots on the map that rules can name."""

    queryset = Place.objects.all()
    serializer_class = PlaceSerializer
    filterset_fields: ClassVar = ["site", "name"]


class AttributeViewSet(KnownQuery, OneWriter[Attribute], viewsets.ReadOnlyModelViewSet[Attribute]):
    """What the keys of attributes mean; made at first sight, so here they are only described.

    Another type converts the values that are kept, in the background: `conversion` says how far that is.
    """

    queryset = Attribute.objects.select_related("conversion")
    serializer_class = AttributeSerializer
    filterset_fields: ClassVar = ["site", "key", "type"]

    @transaction.atomic
    def perform_update(self, serializer: BaseSerializer[Attribute]) -> None:
        told = serializer.validated_data
        attribute = self.get_object()
        shape = Shape(told.pop("type", attribute.type), told.pop("element_type", attribute.element_type))
        if shape != Shape(attribute.type, attribute.element_type):
            change_type(attribute, shape, now=timezone.now())
            serializer.instance = self.get_object()
        serializer.save()

    @extend_schema(responses=ReadingSerializer, filters=False)
    @action(
        detail=True,
        methods=["get"],
        filter_backends=[],  # `type` is what it might become
        pagination_class=None,
        url_path="conversion-preview",
        query_serializer=ShapeSerializer,
    )
    def conversion_preview(self, request: Request, pk: str | None = None) -> Response:
        """How many values another type would convert, and how many would be kept aside, before anything is changed."""
        attribute = self.get_object()
        asked = self.read_query(request)
        shape = Shape(asked["type"], asked.get("element_type", attribute.element_type))
        return Response(self._tell(foresee_conversion(attribute, shape)))

    @extend_schema(responses=ReadingSerializer, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def refused(self, request: Request, pk: str | None = None) -> Response:
        """Of how many people the latest value could not be kept, with examples."""
        return Response(self._tell(count_refused(self.get_object())))

    def _tell(self, reading: Reading) -> dict[str, object]:
        """Examples are values of people: none for who may not read those."""
        told: dict[str, object] = ReadingSerializer(reading).data
        tell_shown(self.request, count=reading.failing)
        return told if self.request.user.has_perm("subscribers.view_subscriber") else {**told, "examples": []}


class SubscriberViewSet(PersonalRights, KnownQuery, viewsets.ReadOnlyModelViewSet[Subscriber]):
    """People and anonymous profiles. One who turned out to be another is in no list, and points to them by id."""

    queryset = Subscriber.objects.prefetch_related("push_subscriptions")
    serializer_class = SubscriberSerializer
    # What is needed on the person's own site is asked once they are found.
    action_permissions: ClassVar = {
        "export": "subscribers.export_subscriber",
        "erase": "subscribers.erase_subscriber",
    }
    filterset_class = SubscriberFilter

    def get_queryset(self) -> QuerySet[Subscriber]:
        everyone = super().get_queryset()
        return everyone.filter(merged_into=None) if self.action == "list" else everyone
