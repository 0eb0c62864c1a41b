"""The one form of what names something: composed letters (NFC), nothing at its ends that nobody sees, case as it is."""

import unicodedata

from subscribers.non_values import BLANK_LETTERS, INVISIBLE

# Of code points that are no signs yet, or somebody's own, nobody knows whether they are seen.
BLANK = INVISIBLE - {"Cn", "Co", "Cs"}


def clean_key(text: str) -> str:
    """So that two keys that look the same are one; of attributes, events and customers."""
    return _trim(unicodedata.normalize("NFC", text))


def _trim(text: str) -> str:
    start, end = 0, len(text)
    while start < end and _is_blank(text[start]):
        start += 1
    while end > start and _is_blank(text[end - 1]):
        end -= 1
    return text[start:end]


def _is_blank(sign: str) -> bool:
    return unicodedata.category(sign) in BLANK or sign in BLANK_LETTERS
