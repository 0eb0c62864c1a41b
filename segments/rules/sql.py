"""A piece of SQL with its values kept apart: text is ours alone, every value is bound by the database driver."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Fragment:
    """SQL `text` with one `%s` for each of `params`.

    A `nullable` condition may be NULL where the language says false. That is as good in a WHERE, and better: no index
    serves COALESCE(…). Only `negate` has to tell the two apart. `ids`: a SELECT of those who meet the condition, where
    their rows need not be looked at to know them.
    """

    text: str
    params: tuple[Any, ...] = ()
    nullable: bool = False
    ids: "Fragment | None" = None

    def place(self, value: "Fragment") -> "Fragment":
        """This with `value` wherever `{v}` stands, its values bound at the right places."""
        own = iter(self.params)
        params: list[Any] = []
        for sign in re.findall(r"%s|\{v\}", self.text):
            params.extend(value.params if sign == "{v}" else [next(own)])
        return Fragment(self.text.replace("{v}", value.text), tuple(params))

    def or_null(self) -> "Fragment":
        """The same condition, known to be NULL where something is missing."""
        return replace(self, nullable=True)

    def negate(self) -> "Fragment":
        """The exact complement: true also where this is NULL."""
        known = f"COALESCE({self.text}, FALSE)" if self.nullable else f"({self.text})"
        return Fragment(f"NOT {known}", self.params)


SUBSCRIBER = "subscribers_subscriber"  # the row that every condition is about

TRUE = Fragment("TRUE")
FALSE = Fragment("FALSE")


def join_all(fragments: Iterable[Fragment]) -> Fragment:
    return _join(fragments, " AND ", TRUE)


def join_any(fragments: Iterable[Fragment]) -> Fragment:
    return _join(fragments, " OR ", FALSE)


def in_turn(fragments: Iterable[Fragment]) -> Fragment:
    """All of them, tried in this order: what the first one leaves out is not looked at by the next."""
    *before, last = tuple(fragments) or (TRUE,)
    found = last
    for part in reversed(before):
        text = f"CASE WHEN {part.text} THEN {found.text} ELSE FALSE END"
        found = Fragment(text, (*part.params, *found.params), part.nullable or found.nullable)
    return found


def at_least(fragments: Iterable[Fragment], n: int) -> Fragment:
    """True when `n` or more of the conditions are."""
    parts = tuple(fragments)
    if n <= 0:
        return TRUE
    if n > len(parts):
        return FALSE
    text = " + ".join(f"CASE WHEN {part.text} THEN 1 ELSE 0 END" for part in parts)
    return Fragment(f"({text}) >= %s", (*_params(parts), n))


def _join(fragments: Iterable[Fragment], word: str, empty: Fragment) -> Fragment:
    parts = tuple(fragments)
    if not parts:
        return empty
    nullable = any(part.nullable for part in parts)
    return Fragment(word.join(f"({part.text})" for part in parts), _params(parts), nullable)


def _params(parts: Iterable[Fragment]) -> tuple[Any, ...]:
    return tuple(value for part in parts for value in part.params)
