"""How an answer goes on as time passes and nothing else happens: a condition's by itself, a group's made of theirs."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from segments.rules.flips.spans import NEVER, Span

Answer = tuple[dt.datetime, bool]  # what holds from an instant on


class Timeline(Protocol):
    """`holds` at the instant it was advanced to. It does not turn before `turns_at`; NEVER: not any more.

    `parts` are those of a group's conditions, in order; advancing the group advances them.
    """

    parts: Sequence["Timeline"]

    @property
    def holds(self) -> bool: ...

    @property
    def turns_at(self) -> dt.datetime: ...

    def advance(self, to: dt.datetime) -> None: ...


class Course:
    """One condition's answer. `turns_at` is exact, and looked for only when somebody asks."""

    parts: Sequence[Timeline] = ()

    def __init__(self, holds: bool, answers: Iterable[Answer] = ()) -> None:
        """`answers` in the order of time; one may repeat the one before."""
        self.holds = holds
        self._answers = iter(answers)
        self._turns_at: dt.datetime | None = None

    @property
    def turns_at(self) -> dt.datetime:
        if self._turns_at is None:
            turns = (at for at, answer in self._answers if answer != self.holds)
            self._turns_at = next(turns, NEVER)
        return self._turns_at

    def advance(self, to: dt.datetime) -> None:
        while self.turns_at <= to:
            self.holds = not self.holds
            self._turns_at = None


def follow_spans(spans: Iterable[Span], as_of: dt.datetime) -> Course:
    """What is so in these spans, in order and apart, and at no other time."""
    course = Course(False, _list_answers(spans))
    course.advance(as_of)
    return course


def _list_answers(spans: Iterable[Span]) -> Iterator[Answer]:
    for enter, leave in spans:
        yield enter, True
        yield leave, False


class Junction:
    """`least` or more of the parts, or with `negated` fewer than that."""

    def __init__(self, parts: Sequence[Timeline], least: int, *, negated: bool = False) -> None:
        self.parts, self._least, self._negated = parts, least, negated

    @property
    def holds(self) -> bool:
        return (self._count_true() >= self._least) != self._negated

    @property
    def turns_at(self) -> dt.datetime:
        """A lower bound. While enough hold, the spare ones and one more must turn; until enough do, those that lack.

        Parts that stand the right way already can only delay that. For all of them it is the first of the true ones
        and the last of the false ones, for any of them the other way round.
        """
        held = self._count_true()
        met = held >= self._least
        needed = held - self._least + 1 if met else self._least - held
        turns = sorted(part.turns_at for part in self.parts if part.holds == met)
        return turns[needed - 1] if needed <= len(turns) else NEVER

    def advance(self, to: dt.datetime) -> None:
        for part in self.parts:
            part.advance(to)

    def _count_true(self) -> int:
        return sum(part.holds for part in self.parts)
