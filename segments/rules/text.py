"""Text as rules compare it: without regard to case, and in patterns with `*`, `|` and `+`."""

import re
from dataclasses import dataclass

from segments.rules.sql import Fragment, join_all, join_any


def fold(text: str) -> str:
    """Lower case, one character for each, as PostgreSQL does it under the collation of the compiler.

    Only İ has a longer lower case in Python; its first character is the simple mapping of the Unicode table.
    Letters younger than the Unicode version of either side (after 14, in Python 3.11) are the one exception.
    """
    return "".join(char.lower()[0] for char in text)


def fold_sql(expression: str) -> str:
    """The same in SQL. The collation is made by a migration, so that every server folds alike."""
    return f'lower(({expression}) COLLATE "carillon_text")'


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


def parse_pattern(text: str, *, starts: bool = False, ends: bool = False) -> Pattern:
    """Read a marketer's pattern, folded. Raises ValueError with a sentence when a part is empty."""
    alternatives: list[list[list[str]]] = [[[""]]]
    signs = iter(fold(text))
    for sign in signs:
        parts = alternatives[-1]
        if sign == "\\":
            parts[-1][-1] += next(signs, "\\")
        elif sign == "*":
            parts[-1].append("")
        elif sign == "+":
            parts.append([""])
        elif sign == "|":
            alternatives.append([[""]])
        else:
            parts[-1][-1] += sign
    if any(part == [""] for parts in alternatives for part in parts):
        raise ValueError(
            "There must be some text on both sides of | and +; write \\| or \\+ for the sign itself."
        )
    return Pattern(
        tuple(tuple(tuple(part) for part in parts) for parts in alternatives), starts=starts, ends=ends
    )
