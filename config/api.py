"""The management door: which resource stands at which address under /api/v1/."""

from rest_framework.routers import DefaultRouter

from subscribers.api.views import AttributeViewSet, PlaceViewSet, SiteViewSet, SubscriberViewSet
from tracking.api.views import EventTypeViewSet, SubscriberEventViewSet

OF_SUBSCRIBER = r"subscribers/(?P<subscriber_id>[0-9]+)"

router = DefaultRouter()
router.register("sites", SiteViewSet)
router.register("places", PlaceViewSet)
router.register("attributes", AttributeViewSet)
router.register("subscribers", SubscriberViewSet)
router.register(f"{OF_SUBSCRIBER}/events", SubscriberEventViewSet, basename="subscriber-events")
router.register("event-types", EventTypeViewSet)
