"""The management door of subscribers: sites, places, attributes, and people (who are written by tracking alone)."""

from typing import ClassVar

from django.db.models import QuerySet
from rest_framework import mixins, viewsets

from subscribers.api.filters import SubscriberFilter
from subscribers.api.serializers import (
    AttributeSerializer,
    PlaceSerializer,
    SiteSerializer,
    SubscriberSerializer,
)
from subscribers.models import Attribute, Place, Site, Subscriber


class SiteViewSet(
    mixins.CreateModelMixin,
    mixins.UpdateModelMixin,
    viewsets.ReadOnlyModelViewSet[Site],
):
    """Websites with their keys. To delete one, with all it knows, is left to the admin."""

    queryset = Site.objects.all()
    serializer_class = SiteSerializer
    filterset_fields: ClassVar = ["name"]


class PlaceViewSet(viewsets.ModelViewSet[Place]):
    """Spots on the map that rules can name."""

    queryset = Place.objects.all()
    serializer_class = PlaceSerializer
    filterset_fields: ClassVar = ["site", "name"]


class AttributeViewSet(mixins.UpdateModelMixin, viewsets.ReadOnlyModelViewSet[Attribute]):
    """What the keys of attributes mean; made at first sight, so here they are only described."""

    queryset = Attribute.objects.all()
    serializer_class = AttributeSerializer
    filterset_fields: ClassVar = ["site", "key", "type"]


class SubscriberViewSet(viewsets.ReadOnlyModelViewSet[Subscriber]):
    """People and anonymous profiles. One who turned out to be another is in no list, and points to them by id."""

    queryset = Subscriber.objects.prefetch_related("push_subscriptions")
    serializer_class = SubscriberSerializer
    filterset_class = SubscriberFilter

    def get_queryset(self) -> QuerySet[Subscriber]:
        everyone = super().get_queryset()
        return everyone.filter(merged_into=None) if self.action == "list" else everyone
