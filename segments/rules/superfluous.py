"""Conditions of a group that change nothing, as another one of it settles them."""

from collections.abc import Iterator
from typing import NamedTuple

from segments.rules.ast import Condition, Group
from segments.rules.implications import implies

MOST_NEIGHBOURS = (
    30  # conditions of one group that are heeded: each is compared with each, while somebody waits
)


class Placed(NamedTuple):
    """A condition and where it stands."""

    path: str
    node: Condition


class Superfluous(NamedTuple):
    """`narrow` implies `wide`; that of the two which stands at `path` can go."""

    path: str
    narrow: Condition
    wide: Condition


def flatten_group(group: Group, path: str) -> Iterator[Placed]:
    """Its conditions; in the place of a group inside it that is joined in the same way, those of that group."""
    for index, node in enumerate(group.conditions):
        place = f"{path}.conditions[{index}]"
        if isinstance(node, Group) and node.match == group.match and group.match in {"all", "any"}:
            yield from flatten_group(node, place)
        else:
            yield Placed(place, node)


def find_superfluous(group: Group, path: str) -> Iterator[Superfluous]:
    """In all: each that another one implies. In any, and in none: each that implies another one."""
    if group.match == "at_least":
        return  # there each of them counts
    placed = list(flatten_group(group, path))[:MOST_NEIGHBOURS]
    for index, (place, node) in enumerate(placed):
        for rank, (_, other) in enumerate(placed):
            narrow, wide = (other, node) if group.match == "all" else (node, other)
            # Of two that mean the same, the first stays.
            if node != other and implies(narrow, wide) and (rank < index or not implies(wide, narrow)):
                yield Superfluous(place, narrow, wide)
                break
