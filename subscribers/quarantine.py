"""Who has the room for new names out of browsers, of events as of attributes: the ones that most people sent lately."""

from collections.abc import Sequence
from typing import TypeVar

Row = TypeVar("Row")


def choose_names(
    waiting: Sequence[tuple[str, int]], rivals: Sequence[tuple[int, Row]], *, room: int
) -> tuple[list[str], list[Row]]:
    """The names that are listed from now on, and the rows that give way to them.

    `waiting`: names without room with how many people sent them lately, the most first; `rivals`: new names that are
    listed, the fewest people first. By people, not by how often, so that a flood locks nobody out for ever; a name gives
    way only to one that strictly more people sent.
    """
    chosen: list[str] = []
    losers: list[Row] = []
    left = list(rivals)
    for name, people in waiting:
        if room > 0:
            room -= 1
        elif left and left[0][0] < people:
            losers.append(left.pop(0)[1])
        else:
            break
        chosen.append(name)
    return chosen, losers
