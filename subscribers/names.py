"""Names that people give to what they make: they can be seen, and two that look the same are told."""

import unicodedata
from collections.abc import Iterable

from django.core.exceptions import ValidationError

# Signs that no font draws, though Unicode counts them among letters, symbols or marks.
BLANK_SIGNS = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\U0001d159")
UNSEEN = ("C", "Z", "M")  # control and format signs, separators, marks without a letter to stand on
PRIVATE = "Co"  # drawn by somebody's own font


def validate_visible(name: str) -> None:
    """Refuse a name in which there is nothing to see: blanks, joiners, marks of direction."""
    if name and not any(map(_is_visible, name)):
        raise ValidationError(
            "Nothing of this name can be seen. Write at least one letter, digit or sign.", code="invisible"
        )


def find_twin(name: str, others: Iterable[str]) -> str | None:
    """The first of the other names that people cannot tell from this one."""
    looks = _look(name)
    return next((other for other in others if _look(other) == looks), None)


def say_twin(kind: str, twin: str) -> str:
    """`kind`: what has the names, “segment”."""
    return f"There is another {kind} whose name looks the same: “{twin}”. Rename one of them if they are not the same."


def _is_visible(sign: str) -> bool:
    category = unicodedata.category(sign)
    return sign not in BLANK_SIGNS and (category == PRIVATE or not category.startswith(UNSEEN))


def _look(name: str) -> str:
    """Composed, without regard to case, blanks at the ends and in a row as one, without signs that nobody sees."""
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
    spaced = "".join(" " if sign.isspace() or sign in BLANK_SIGNS else sign for sign in folded)
    seen = "".join(sign for sign in spaced if unicodedata.category(sign) != "Cf")
    return " ".join(seen.split())
