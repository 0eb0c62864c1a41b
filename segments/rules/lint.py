"""What looks wrong with a rule that is legal. Said in plain words; nothing of it forbids anything."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from textwrap import shorten
from typing import NamedTuple

from segments.rules.ast import AttributeCondition, Condition, Group, Rule
from segments.rules.comparisons import Comparison
from segments.rules.conflicts import cover_everybody, exclude_each_other, find_subject
from segments.rules.describe import describe_rule
from segments.rules.event_nodes import (
    EventAggregateCondition,
    EventCondition,
    EventSequenceCondition,
    MessageCondition,
    PageViewCondition,
)
from segments.rules.names import Names
from segments.rules.near import find_near
from segments.rules.operators import Arity, Family
from segments.rules.seen import Seen, Use, find_family, list_alike, list_unseen, list_uses
from segments.rules.superfluous import Placed, find_superfluous, flatten_group
from segments.rules.wording import join_words

CONDITION = re.compile(r"(root)?(\.conditions\[\d+\])*")
MOST_COMPARED = 50  # conditions of one subject; each is compared with each, while somebody waits
LONGEST_QUOTE = 200  # signs of a condition that a remark repeats
KINDS = {
    Family.TEXT: "text",
    Family.NUMBER: "a number",
    Family.BOOLEAN: "yes or no",
    Family.TIME: "a moment",
    Family.LIST: "a list",
}

LISTED = {Family.TEXT: "texts", Family.NUMBER: "numbers"}
CHECK = "Check how it is written, or wait until it comes."
PAIRS = {"all": "{} and {}", "any": "{} or {}", "none": "neither {} nor {}"}


class Remark(NamedTuple):
    """`path` names the node, as a Problem's does."""

    path: str
    message: str


def lint_rule(rule: Rule, seen: Seen, names: Names) -> list[Remark]:
    """At most one remark on each condition, the most useful: what is not there, what cannot be, what changes nothing."""
    remarks = [
        *(Remark(use.path, _say_unseen(use, seen)) for use in list_unseen(rule, seen)),
        *_find_other_types(rule, seen),
        *_find_other_elements(rule.root, "root", seen),
        *_lint_node(rule.root, "root", names),
        *_find_superfluous(rule.root, "root", names),
    ]
    return keep_first(remarks)


def keep_first(remarks: Iterable[Remark]) -> list[Remark]:
    """The first on each condition, parts of it included: who has put that right sees the next."""
    first: dict[str, Remark] = {}
    for remark in remarks:
        first.setdefault(CONDITION.match(remark.path)[0], remark)  # type: ignore[index]  # it matches any text
    return list(first.values())


def _say_unseen(use: Use, seen: Seen) -> str:
    whose = "No subscriber has" if not use.event else "This site has not seen"
    if (use.event, use.key) in seen.announced:
        return f"{whose} {use.label} yet. It is announced, and waited for."
    near = find_near(use.key or use.event, list_alike(use, seen))
    ask = f"Did you mean {join_words((f'“{each}”' for each in near), 'or')}?" if near else CHECK
    return f"{whose} {use.label} yet. {ask}"


def _find_other_types(rule: Rule, seen: Seen) -> Iterator[Remark]:
    for use in list_uses(rule.root):
        family = find_family(use, seen)
        if family and use.families and not _can_be_read(family, use.families):
            asked = " or ".join(KINDS[each] for each in use.families)
            label = use.label[0].upper() + use.label[1:]
            yield Remark(
                use.path, f"{label} holds {KINDS[family]}, but is compared as {asked}: that never fits."
            )


def _find_other_elements(node: Condition, path: str, seen: Seen) -> Iterator[Remark]:
    """Lists of numbers that are asked for a text, and the other way round."""
    match node:
        case Group():
            for index, child in enumerate(node.conditions):
                yield from _find_other_elements(child, f"{path}.conditions[{index}]", seen)
        case AttributeCondition() if node.families == (Family.LIST,) and node.key in seen.elements:
            family = seen.elements[node.key]
            asked = {
                Family.TEXT if isinstance(each, str) else Family.NUMBER
                for each in node.values or (node.value,)
            }
            if node.row.arity is not Arity.NONE and asked != {family}:
                yield Remark(
                    path,
                    f"The attribute “{node.key}” is a list of {LISTED[family]}, but is asked for"
                    f" {LISTED[(asked - {family}).pop()]}: that never fits.",
                )


def _can_be_read(family: Family, asked: Sequence[Family]) -> bool:
    # JSON has no moments: they are text that can be read as one.
    return family in asked or {family, *asked} == {Family.TEXT, Family.TIME}


def _lint_node(node: Condition, path: str, names: Names) -> Iterator[Remark]:
    match node:
        case Group():
            yield from _lint_group(node, path, names)
            for index, child in enumerate(node.conditions):
                yield from _lint_node(child, f"{path}.conditions[{index}]", names)
        case EventCondition() | PageViewCondition() | MessageCondition():
            if node.count and node.count.span == (0, None):
                yield Remark(path, f"Everybody fits this: {quote_condition(node, names)}.")
            if isinstance(node, EventCondition):
                yield from _lint_where(node.where, path)
        case EventSequenceCondition():
            for index, step in enumerate(node.steps):
                yield from _lint_where(step.where, f"{path}.steps[{index}]")
        case EventAggregateCondition() if node.is_zero_of_nothing and node.row.arity is Arity.NONE:
            who = "Nobody fits" if node.negated else "Everybody fits"
            yield Remark(path, f"{who} this: of who did no such thing it is 0, and so it is always known.")
        case _:
            yield from _lint_where(getattr(node, "where", ()), path)


def _lint_group(group: Group, path: str, names: Names) -> Iterator[Remark]:
    size = len(group.conditions)
    if group.match == "at_least" and (group.n or 0) > size:
        yield Remark(path, f"Nobody fits: at least {group.n} of {size} conditions cannot be true.")
    elif group.match == "at_least" and group.n == 0:
        yield Remark(path, "Everybody fits a group that asks for at least 0 of its conditions.")
    elif not size and path != "root":
        who = "Nobody" if group.match == "any" else "Everybody"
        yield Remark(path, f"{who} fits a group without conditions. Add one, or remove the group.")
    yield from _find_repetitions(group, path, names)
    if group.match != "at_least":
        yield from _find_conflicts(group, path, names)


def _find_repetitions(group: Group, path: str, names: Names) -> Iterator[Remark]:
    known: set[str] = set()
    for index, node in enumerate(group.conditions):
        written = node.model_dump_json()
        if written in known:
            effect = "It counts each time." if group.match == "at_least" else "Once is enough."
            yield Remark(
                f"{path}.conditions[{index}]",
                f"This stands there more than once: {quote_condition(node, names)}. {effect}",
            )
        known.add(written)


def _find_conflicts(group: Group, path: str, names: Names) -> Iterator[Remark]:
    """In all: two that exclude each other. In any, and in none: two of which one always holds."""
    collides = exclude_each_other if group.match == "all" else cover_everybody
    who = "Everybody" if group.match == "any" else "Nobody"
    words = PAIRS[group.match]
    for rivals in _group_by_subject(flatten_group(group, path)):
        for index, (where, node) in enumerate(rivals):
            rival = next((each for _, each in rivals[:index] if collides(each, node)), None)
            if rival is not None:
                pair = words.format(quote_condition(rival, names), quote_condition(node, names))
                yield Remark(where, f"{who} fits this: {pair}.")


def _find_superfluous(node: Condition, path: str, names: Names) -> Iterator[Remark]:
    if not isinstance(node, Group):
        return
    for place, narrow, wide in find_superfluous(node, path):
        pair = f"everybody {quote_condition(narrow, names)} is also somebody {quote_condition(wide, names)}"
        yield Remark(place, f"This changes nothing: {pair}.")
    for index, child in enumerate(node.conditions):
        yield from _find_superfluous(child, f"{path}.conditions[{index}]", names)


def _group_by_subject(placed: Iterator[Placed]) -> Iterator[list[Placed]]:
    known = [(subject, each) for each in placed if (subject := find_subject(each.node))]
    known.sort(key=lambda pair: pair[0])  # stable: in reading order within a subject
    for _, pairs in groupby(known, key=lambda pair: pair[0]):
        yield [each for _, each in pairs][:MOST_COMPARED]


def _lint_where(where: tuple[Comparison, ...], path: str) -> Iterator[Remark]:
    """All tests are of the same event: no event has two different values of one property."""
    for index, test in enumerate(where):
        if any(
            find_subject(each) == find_subject(test) and exclude_each_other(each, test)
            for each in where[:index]
        ):
            name = getattr(test, "property", "")
            yield Remark(
                f"{path}.where[{index}]", f"No event fits both of the tests of its property “{name}”."
            )


def quote_condition(node: Condition, names: Names) -> str:
    """A condition as it stands in a sentence: “who did …”, “whose …”, cut off where it goes on for too long."""
    sentence = describe_rule(Rule(version=1, root=node), names)
    return shorten(sentence.removeprefix("Subscribers ").removesuffix("."), LONGEST_QUOTE, placeholder=" …")
