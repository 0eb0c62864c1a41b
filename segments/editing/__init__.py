"""Before a live segment's rule is changed: whom that would add and remove, and what relies on it. Writes nothing."""

from segments.editing.comparison import Comparison, compare_rule
from segments.editing.review import Review, review_edit
from segments.editing.state import VersionEntry, explain_state, list_entries
from segments.editing.wording import Piece, compare_sentences

__all__ = [
    "Comparison",
    "Piece",
    "Review",
    "VersionEntry",
    "compare_rule",
    "compare_sentences",
    "explain_state",
    "list_entries",
    "review_edit",
]
