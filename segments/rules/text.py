"""Text as rules compare it: without regard to case, and in patterns with `*`, `|` and `+`."""

import re
from dataclasses import dataclass
from functools import cached_property

from segments.rules.sql import Fragment, join_all, join_any


def fold(text: str) -> str:
    """Lower case, one character for each, as PostgreSQL does it under the collation of the compiler.

    Only İ has a longer lower case in Python; its first character is the simple mapping of the Unicode table.
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
        return any(all(part.search(folded) for part in parts) for parts in self._expressions)

    def to_sql(self) -> Fragment:
        """The same as LIKE, over a folded text `{v}`."""
        return join_any(
            join_all(Fragment("{v} LIKE %s", (self._like(part),)) for part in parts)
            for parts in self.alternatives
        )

    @cached_property
    def _expressions(self) -> list[list[re.Pattern[str]]]:
        return [[re.compile(self._regex(part), re.DOTALL) for part in parts] for parts in self.alternatives]

    def _regex(self, runs: tuple[str, ...]) -> str:
        middle = ".*".join(re.escape(run) for run in runs)
        return (r"\A" if self.starts else "") + middle + (r"\Z" if self.ends else "")

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
