"""The management door of tracking: what sites report, and what one subscriber did."""

from typing import ClassVar

import django_filters as filters
from rest_framework import viewsets

from subscribers.api.instants import InstantFilter
from subscribers.api.nesting import ListWithin
from subscribers.api.strict import KnownQuery
from subscribers.api.writing import OneWriter
from tracking.api.serializers import EventSerializer, EventTypeSerializer
from tracking.models import Event, EventType


class EventTypeViewSet(KnownQuery, OneWriter[EventType], viewsets.ReadOnlyModelViewSet[EventType]):
    """The names of events that sites report; made at first sight, so here they are only described."""

    queryset = EventType.objects.all()
    serializer_class = EventTypeSerializer
    filterset_fields: ClassVar = ["site", "name"]


class EventFilter(filters.FilterSet):
    name = filters.CharFilter(field_name="event_type__name")
    since = InstantFilter(field_name="occurred_at", lookup_expr="gte")
    before = InstantFilter(field_name="occurred_at", lookup_expr="lt")

    class Meta:
        model = Event
        fields: ClassVar = ["name", "since", "before"]


class SubscriberEventViewSet(ListWithin[Event]):
    """What one subscriber did, newest first."""

    queryset = Event.objects.select_related("event_type")
    serializer_class = EventSerializer
    filterset_class = EventFilter
    parent = "subscriber"
    newest_first = ("occurred_at", "id")
