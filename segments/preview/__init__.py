"""Who would be in a segment, asked while its rule is being written. Writes nothing, and holds nothing up.

`preview_rule` answers now, `read_past_sizes` how large the audience was before; both raise what is in `guard` when
the database has had enough.
"""

from segments.preview.answer import Preview, preview_rule
from segments.preview.counting import SampleMember
from segments.preview.guard import PreviewBusy, PreviewImpossible, PreviewStopped, PreviewTooSlow
from segments.preview.past import PastDay, PastSizes, read_past_sizes

__all__ = [
    "PastDay",
    "PastSizes",
    "Preview",
    "PreviewBusy",
    "PreviewImpossible",
    "PreviewStopped",
    "PreviewTooSlow",
    "SampleMember",
    "preview_rule",
    "read_past_sizes",
]
