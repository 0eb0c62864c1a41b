"""The management door of subscribers: sites, places, attributes, and people (who are written by tracking alone)."""

from typing import ClassVar

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import mixins, viewsets
from rest_framework.serializers import BaseSerializer

from subscribers.api.filters import SubscriberFilter
from subscribers.api.serializers import (
    AttributeSerializer,
    PlaceSerializer,
    SiteSerializer,
    SubscriberSerializer,
)
from subscribers.api.strict import KnownQuery
from subscribers.changes import ZONE, name_attribute, note_for_everyone
from subscribers.models import Attribute, Place, Site, Subscriber


class SiteViewSet(
    KnownQuery,
    mixins.CreateModelMixin,
    mixins.UpdateModelMixin,
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


class PlaceViewSet(KnownQuery, viewsets.ModelViewSet[Place]):
    """Spots on the map that rules can name."""

    queryset = Place.objects.all()
    serializer_class = PlaceSerializer
    filterset_fields: ClassVar = ["site", "name"]


class AttributeViewSet(KnownQuery, mixins.UpdateModelMixin, viewsets.ReadOnlyModelViewSet[Attribute]):
    """What the keys of attributes mean; made at first sight, so here they are only described."""

    queryset = Attribute.objects.all()
    serializer_class = AttributeSerializer
    filterset_fields: ClassVar = ["site", "key", "type"]

    @transaction.atomic
    def perform_update(self, serializer: BaseSerializer[Attribute]) -> None:
        before = serializer.instance.type if serializer.instance else ""
        attribute = serializer.save()
        if attribute.type != before:
            note_for_everyone(attribute.site_id, [name_attribute(attribute.key)], now=timezone.now())


class SubscriberViewSet(KnownQuery, viewsets.ReadOnlyModelViewSet[Subscriber]):
    """People and anonymous profiles. One who turned out to be another is in no list, and points to them by id."""

    queryset = Subscriber.objects.prefetch_related("push_subscriptions")
    serializer_class = SubscriberSerializer
    filterset_class = SubscriberFilter

    def get_queryset(self) -> QuerySet[Subscriber]:
        everyone = super().get_queryset()
        return everyone.filter(merged_into=None) if self.action == "list" else everyone
