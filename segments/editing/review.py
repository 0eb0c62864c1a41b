"""All that somebody should see before they change a segment's rule."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from segments.definitions import describe_document, read_names
from segments.editing.comparison import Comparison, compare_rule
from segments.editing.wording import Piece, compare_sentences
from segments.models import Segment
from segments.preview.guard import PreviewBusy, PreviewStopped
from segments.usage import Usage, list_concerned


@dataclass(frozen=True)
class Review:
    """`comparison` is None where counting was stopped: `problem` says why. That is no reason not to save."""

    sentence_before: str
    sentence_after: str
    used_by: list[Usage]
    comparison: Comparison | None
    problem: str = ""
    is_busy: bool = False  # asking again may help

    @property
    def pieces(self) -> list[Piece]:
        return compare_sentences(self.sentence_before, self.sentence_after)


def review_edit(segment: Segment, document: Any, *, as_of: dt.datetime) -> Review:
    """The rule that the segment has beside the one it is to have. Raises RuleError for one that cannot be."""
    names = read_names(segment.site)
    before, after = describe_document(segment.rule, names), describe_document(document, names)
    used_by = list_concerned(segment)
    try:
        comparison = compare_rule(segment, document, as_of=as_of)
    except PreviewStopped as error:
        return Review(before, after, used_by, None, str(error), isinstance(error, PreviewBusy))
    return Review(before, after, used_by, comparison)
