"""What changed between two sentences."""

from difflib import SequenceMatcher
from typing import Literal, NamedTuple

Kind = Literal["same", "gone", "new"]


class Piece(NamedTuple):
    """Some words of both sentences, of the old one alone (gone) or of the new one alone."""

    kind: Kind
    text: str


def compare_sentences(before: str, after: str) -> list[Piece]:
    """Both sentences in one, word by word."""
    old, new = before.split(), after.split()
    pieces: list[Piece] = []
    for tag, old_from, old_to, new_from, new_to in SequenceMatcher(
        None, old, new, autojunk=False
    ).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", " ".join(old[old_from:old_to])))
            continue
        if old_to > old_from:
            pieces.append(Piece("gone", " ".join(old[old_from:old_to])))
        if new_to > new_from:
            pieces.append(Piece("new", " ".join(new[new_from:new_to])))
    return pieces
