"""Sequences of steps: followed from one instant at which a step's events change to the next that may matter."""

import datetime as dt
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import groupby
from operator import itemgetter

from segments.rules.event_evaluation import holds_steps
from segments.rules.event_nodes import EventSequenceCondition
from segments.rules.flips.futures import Future
from segments.rules.flips.spans import NEVER, Span
from segments.rules.flips.timelines import Answer, Course

Own = list[
    tuple[dt.datetime, Span]
]  # the times of a step's own events, in order, each with a span in which it counts
# Instants at which events come or go, in order, and what that can do: only help, only harm, or either (None).
Turns = list[tuple[dt.datetime, bool | None]]


def follow_sequence(node: EventSequenceCondition, future: Future) -> Course:
    steps = [_list_own(node, future, place) for place in range(len(node.steps))]

    def holds_at(instant: dt.datetime) -> bool:
        times = [[at for at, (enter, leave) in own if enter <= instant < leave] for own in steps]
        return holds_steps(node, times)

    holds = holds_at(future.as_of)
    return Course(holds, _list_answers(holds_at, _list_turns(node, steps, future.as_of), holds))


def _list_own(node: EventSequenceCondition, future: Future, place: int) -> Own:
    step = node.steps[place]
    stays = future.list_stays(step.event, None if step.absent else node.within, step.where)
    return [(event.occurred_at, span) for event, spans in stays for span in spans if span[1] > future.as_of]


def _list_turns(node: EventSequenceCondition, steps: list[Own], as_of: dt.datetime) -> Turns:
    """One more of what must have happened can only help, one less only harm; of what must not, the reverse."""
    effects: defaultdict[dt.datetime, set[bool]] = defaultdict(set)
    for step, own in zip(node.steps, steps, strict=True):
        for _, (enter, leave) in own:
            if enter > as_of:
                effects[enter].add(not step.absent)
            if leave < NEVER:
                effects[leave].add(step.absent)
    return [(at, found.pop() if len(found) == 1 else None) for at, found in sorted(effects.items())]


def _list_answers(holds_at: Callable[[dt.datetime], bool], turns: Turns, holds: bool) -> Iterator[Answer]:
    """What can only harm turns yes into no once and never back, so that the instant is found by halving."""
    for helps, run in groupby(turns, key=itemgetter(1)):
        instants = [at for at, _ in run]
        if helps is None:
            for at in instants:
                holds = holds_at(at)
                yield at, holds
        elif helps != holds:
            place = _find_first(holds_at, instants, answer=helps)
            if place < len(instants):
                holds = helps
                yield instants[place], holds


def _find_first(holds_at: Callable[[dt.datetime], bool], instants: list[dt.datetime], *, answer: bool) -> int:
    return bisect_left(instants, True, key=lambda at: holds_at(at) == answer)
