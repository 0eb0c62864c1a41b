"""Where the pages of uploads stand, below the one of their list."""

from segments.admin.upload_result_views import download_failures, show_progress
from segments.admin.upload_views import choose_file, confirm, discard, show_upload

UPLOAD = "<int:segment_id>/uploads/<int:upload_id>/"

UPLOAD_URLS = (
    ("<int:segment_id>/uploads/add/", "segments_segment_upload", choose_file),
    (UPLOAD, "segments_segment_uploaded", show_upload),
    (f"{UPLOAD}confirm/", "segments_segment_upload_confirm", confirm),
    (f"{UPLOAD}discard/", "segments_segment_upload_discard", discard),
    (f"{UPLOAD}progress/", "segments_segment_upload_progress", show_progress),
    (f"{UPLOAD}failed.csv", "segments_segment_upload_failed", download_failures),
)
