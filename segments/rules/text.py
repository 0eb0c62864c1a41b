"""Text as rules compare it: in one normal form, and in patterns with `*`, `|` and `+`."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from segments.rules.addresses import decode_address, ends_in_query, is_address
from segments.rules.sql import Fragment, join_all, join_any
from segments.rules.unassigned import write_class

# What Unicode calls white space, the separators of ASCII, and the two blanks without any width.
BLANKS = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"
)
KEPT_BLANK = "\x00"  # no rule can hold this sign
NOTHING = "There must be some text here."
NOTHING_BESIDE = "There must be some text on both sides of | and +; write \\| or \\+ for the sign itself."
ASSIGNED = re.compile(f"[^{write_class()}]+")


def fold(text: str) -> str:
    """A text in the form in which texts that look the same are the same: no blanks at the ends, composed letters (NFC),
    and no difference between capitals and small letters (Unicode's full case folding). An address is decoded first."""
    text = text.strip(BLANKS)
    return fold_address(text) if is_address(text) else fold_letters(text)


def fold_address(text: str) -> str:
    """The same of what is known to be an address, though it may say so by no scheme."""
    return fold_letters(decode_address(text.strip(BLANKS)).strip(BLANKS))


def fold_letters(text: str) -> str:
    """The same of a part of a text, whose blanks count."""
    if text.isascii():
        return text.lower()
    return ASSIGNED.sub(_fold_assigned, text)


def _fold_assigned(run: re.Match[str]) -> str:
    # Taken apart before it is folded, as Unicode defines equality without regard to case (3.13, D145).
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", run[0]).casefold())


def fold_sql(expression: str) -> str:
    """`fold` in SQL, by a function that a migration makes (segments/migrations/0008)."""
    return f'carillon_fold({expression}) COLLATE "C"'


def fold_address_sql(expression: str) -> str:
    return f'carillon_fold_address({expression}) COLLATE "C"'


@dataclass(frozen=True)
class Pattern:
    """`a*b` any run between, `a|b` either, `a+b` both somewhere; a backslash takes a sign literally.

    `alternatives` holds, for each side of a `|`, the parts joined by `+`; a part is its literal runs, between
    which anything may stand. `starts` and `ends` tie every part to that end of the text.
    """

    alternatives: tuple[tuple[tuple[str, ...], ...], ...]
    starts: bool = False
    ends: bool = False

    def matches(self, folded: str) -> bool:
        return any(all(self._holds(part, folded) for part in parts) for parts in self.alternatives)

    def to_sql(self) -> Fragment:
        """The same as LIKE, over a folded text `{v}`."""
        return join_any(
            join_all(Fragment("{v} LIKE %s", (self._like(part),)) for part in parts)
            for parts in self.alternatives
        )

    def _holds(self, runs: tuple[str, ...], text: str) -> bool:
        """Each run at the first place it fits: no pattern makes this slow, as a regular expression's would."""
        if self.starts and self.ends and len(runs) == 1:
            return text == runs[0]
        start, end, middle = 0, len(text), list(runs)
        if self.starts:
            first = middle.pop(0)
            if not text.startswith(first):
                return False
            start = len(first)
        if self.ends:
            last = middle.pop()
            if not text.endswith(last):
                return False
            end -= len(last)
        for run in middle:
            found = text.find(run, start, end)
            if found < 0:
                return False
            start = found + len(run)
        return start <= end

    def _like(self, runs: tuple[str, ...]) -> str:
        middle = "%".join(re.sub(r"([\\%_])", r"\\\1", run) for run in runs)
        return ("" if self.starts else "%") + middle + ("" if self.ends else "%")


def parse_pattern(
    text: str, *, starts: bool = False, ends: bool = False, of_address: bool = False
) -> Pattern:
    """Read a marketer's pattern, folded. Raises ValueError with a sentence when a part is empty.

    Blanks at the ends of a part do not count, as those at the ends of a text do not, unless a backslash stands before them.
    """
    alternatives: list[list[list[str]]] = [[[""]]]
    signs = iter(text)
    for sign in signs:
        parts = alternatives[-1]
        if sign == "\\":
            parts[-1][-1] += next(signs, "\\").replace(" ", KEPT_BLANK)
        elif sign == "*":
            parts[-1].append("")
        elif sign == "+":
            parts.append([""])
        elif sign == "|":
            alternatives.append([[""]])
        else:
            parts[-1][-1] += sign
    if any(part == [""] for parts in alternatives for part in parts):
        raise ValueError(NOTHING_BESIDE if text else NOTHING)
    return Pattern(
        tuple(tuple(fold_runs(part, of_address=of_address) for part in parts) for parts in alternatives),
        starts=starts,
        ends=ends,
    )


def fold_runs(runs: Sequence[str], *, of_address: bool) -> tuple[str, ...]:
    """Literal texts that follow each other, as they stand in a folded text."""
    read = list(runs)
    if of_address or is_address(runs[0].lstrip(BLANKS)):
        in_query = False
        for index, run in enumerate(runs):
            read[index] = decode_address(run, in_query=in_query)
            in_query = ends_in_query(run, in_query=in_query)
    if "".join(read).strip(BLANKS):  # else somebody looks for blanks
        read[0] = read[0].lstrip(BLANKS)
        read[-1] = read[-1].rstrip(BLANKS)
    return tuple(fold_letters(run.replace(KEPT_BLANK, " ")) for run in read)
