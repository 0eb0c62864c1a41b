"""Where the pages that look at segments stand: at one of them, and at several side by side."""

from segments.admin.drift_views import show_drift
from segments.admin.explain_view import show_explanation
from segments.admin.export_view import export_members
from segments.admin.members_view import show_members
from segments.admin.overlap_views import show_overlap
from segments.admin.overview_view import show_overview
from segments.admin.past_members_view import show_past_members

LOOKING_URLS = (
    ("overlap/", "segments_segment_overlap", show_overlap),
    ("drift/", "segments_segment_drift", show_drift),
    ("<int:segment_id>/overview/", "segments_segment_overview", show_overview),
    ("<int:segment_id>/members/", "segments_segment_members", show_members),
    ("<int:segment_id>/members/past/", "segments_segment_past_members", show_past_members),
    ("<int:segment_id>/members.csv", "segments_segment_export", export_members),
    ("<int:segment_id>/explain/<int:subscriber_id>/", "segments_segment_explain", show_explanation),
)
