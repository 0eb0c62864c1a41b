"""What somebody may have meant to write, among what is known."""

from collections.abc import Iterable
from difflib import get_close_matches

from segments.rules.text import fold
from segments.rules.wording import join_words

MOST_COMPARED = 2_000  # each is compared letter by letter, while somebody waits
ALIKE = 0.7  # by difflib's measure: one letter of four may be another
MOST_NAMED = 5


def find_near(written: str, known: Iterable[str]) -> list[str]:
    """The one or two that come nearest, the nearest first; none where nothing is like it."""
    by_form: dict[str, str] = {}
    for each in known:
        by_form.setdefault(fold(each).replace(" ", "_"), each)
        if len(by_form) >= MOST_COMPARED:
            break
    wanted = fold(written).replace(" ", "_")
    return [by_form[form] for form in get_close_matches(wanted, by_form, n=2, cutoff=ALIKE)]


def suggest(written: str, known: Iterable[str]) -> str:
    """“Did you mean “gold”?”, or else what there is, the most frequent first; nothing where nothing is known."""
    words = list(known)
    near = find_near(written, words)
    if near:
        return f"Did you mean {join_words((f'“{each}”' for each in near), 'or')}?"
    if not words:
        return ""
    named = [f"“{each}”" for each in words[:MOST_NAMED]]
    more = [] if len(words) <= MOST_NAMED else ["others"]
    return f"Seen so far: {join_words([*named, *more], 'and')}."
