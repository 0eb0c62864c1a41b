"""Where the pages that look at one segment stand."""

from segments.admin.explain_view import show_explanation
from segments.admin.export_view import export_members
from segments.admin.members_view import show_members
from segments.admin.overview_view import show_overview
from segments.admin.past_members_view import show_past_members

LOOKING_URLS = (
    ("<int:segment_id>/overview/", "segments_segment_overview", show_overview),
    ("<int:segment_id>/members/", "segments_segment_members", show_members),
    ("<int:segment_id>/members/past/", "segments_segment_past_members", show_past_members),
    ("<int:segment_id>/members.csv", "segments_segment_export", export_members),
    ("<int:segment_id>/explain/<int:subscriber_id>/", "segments_segment_explain", show_explanation),
)
