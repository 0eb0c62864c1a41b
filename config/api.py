"""The management door: which resource stands at which address under /api/v1/."""

from django.urls import path
from rest_framework.routers import DefaultRouter

from campaigns.api.policies import SendingPolicyViewSet
from campaigns.api.reports import ReportFileViewSet
from campaigns.api.views import CampaignViewSet, DeliveryViewSet
from config.auditing.api import AuditEntryViewSet
from segments.api.editing import VersionViewSet
from segments.api.lists import MemberViewSet
from segments.api.views import HistoryViewSet, SegmentViewSet, SubscriberSegmentViewSet
from subscribers.api.views import AttributeViewSet, PlaceViewSet, SiteViewSet, SubscriberViewSet
from tracking.api.views import EventTypeViewSet, SubscriberEventViewSet

OF_SUBSCRIBER = r"subscribers/(?P<subscriber_id>[0-9]+)"
OF_SEGMENT = r"segments/(?P<segment_id>[0-9]+)"
OF_CAMPAIGN = r"campaigns/(?P<campaign_id>[0-9]+)"

router = DefaultRouter()
# One address for each thing: `….json` would be a second one, and handlers would all have to know of it.
router.include_format_suffixes = False
router.register("sites", SiteViewSet)
router.register("places", PlaceViewSet)
router.register("attributes", AttributeViewSet)
router.register("subscribers", SubscriberViewSet)
router.register(f"{OF_SUBSCRIBER}/events", SubscriberEventViewSet, basename="subscriber-events")
router.register(f"{OF_SUBSCRIBER}/segments", SubscriberSegmentViewSet, basename="subscriber-segments")
router.register("event-types", EventTypeViewSet)
router.register("segments", SegmentViewSet)
router.register(f"{OF_SEGMENT}/members", MemberViewSet, basename="segment-members")
router.register(f"{OF_SEGMENT}/versions", VersionViewSet, basename="segment-versions")
router.register(f"{OF_SEGMENT}/history", HistoryViewSet, basename="segment-history")
router.register("audit", AuditEntryViewSet, basename="auditentry")
router.register("campaigns", CampaignViewSet)
router.register(f"{OF_CAMPAIGN}/deliveries", DeliveryViewSet, basename="campaign-deliveries")

# What stands at an address of its own.
SINGLES = [
    path(
        "sites/<int:site_id>/sending-policy/",
        SendingPolicyViewSet.as_view({"get": "retrieve", "put": "update", "patch": "partial_update"}),
    ),
]
EXPORTS = [
    path("segments/<int:segment_id>/members.csv", MemberViewSet.as_view({"get": "list"}), {"format": "csv"}),
    path("campaigns/<int:campaign_id>/report.csv", ReportFileViewSet.as_view({"get": "retrieve"})),
]
