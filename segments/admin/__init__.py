"""Segments in the admin: built without JSON, counted while they are built, watched while they live."""

from segments.admin.segment import SegmentAdmin

__all__ = ["SegmentAdmin"]
