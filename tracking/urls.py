"""The browser door, the backend door and the SDK's own files."""

from django.urls import URLPattern, path

from tracking.api.track import TrackView
from tracking.sdk import show_sdk_file
from tracking.views import show_config, track

urlpatterns: list[URLPattern] = [
    path("v1/track", track, name="track"),
    path("v1/config", show_config, name="config"),
    path("sdk/<str:name>", show_sdk_file, name="sdk"),
    path("api/v1/track/", TrackView.as_view(), name="api-track"),
]
