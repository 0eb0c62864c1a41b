"""The shapes of a flow picture: on the left where people were, on the right where they are, bands between them.

A Sankey diagram of two columns. The template draws it as SVG; a table says the same.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from segments.looking.drift import Drift, Flow
from segments.looking.sampling import Figure
from segments.models import Segment

MOST_NODES = 8  # besides “none of them” and “other combinations”
WIDTH, HEIGHT, TOP = 640, 340, 8
NODE, GAP, LABELS = 14, 12, 96
LEFT, RIGHT = LABELS, WIDTH - LABELS - NODE
NONE, OTHERS = "none", "others"

Places = tuple[Segment, ...]
Route = tuple[str, str, str]  # from, to, kind


@dataclass(frozen=True)
class Node:
    """Those who were, or are, in one combination of segments; `text_x` is where its label begins or ends."""

    label: str
    x: float
    y: float
    height: float
    text_x: float
    text_y: float
    is_left: bool
    words: str


@dataclass(frozen=True)
class Band:
    """`kind`: stayed, moved, joined or left; `path` is the `d` of an SVG path."""

    kind: str
    path: str
    words: str


@dataclass(frozen=True)
class FlowChart:
    nodes: list[Node]
    bands: list[Band]
    has_others: bool
    width: int = WIDTH
    height: int = HEIGHT + 2 * TOP
    node_width: int = NODE


def draw_flows(drift: Drift) -> FlowChart | None:
    """None where nobody was or is in any of the segments."""
    letters = {segment: chr(ord("A") + place) for place, segment in enumerate(drift.segments)}
    names = _name_combinations(drift, letters)
    people: dict[Route, int] = defaultdict(int)
    for flow in drift.flows:
        route = (names.get(flow.before, OTHERS), names.get(flow.after, OTHERS), _find_kind(flow))
        people[route] += flow.size.count
    if not any(people.values()):
        return None
    order = [*(name for name in names.values() if name != NONE), OTHERS, NONE]
    sides = [_add_up(people, order, side) for side in (0, 1)]
    scale = min((HEIGHT - GAP * (len(side) - 1)) / max(sum(side.values()), 1) for side in sides)
    starts = [_stack(side, scale) for side in sides]
    nodes = [_draw_node(name, side, starts, sides, scale) for side in (0, 1) for name in sides[side]]
    return FlowChart(nodes, _draw_bands(people, order, starts, scale), OTHERS in {*sides[0], *sides[1]})


def _name_combinations(drift: Drift, letters: Mapping[Segment, str]) -> dict[Places, str]:
    """The largest combinations by their letters, “A B”; none of them; the rest have no name."""
    sizes: dict[Places, int] = defaultdict(int)
    for flow in drift.flows:
        sizes[flow.before] += flow.size.count
        sizes[flow.after] += flow.size.count
    some = sorted((places for places in sizes if places), key=lambda places: -sizes[places])[:MOST_NODES]
    named = {places: " ".join(letters[segment] for segment in places) for places in some}
    in_order = dict(sorted(named.items(), key=lambda item: (len(item[0]), item[1])))
    return {**in_order, (): NONE}


def _add_up(people: Mapping[Route, int], order: Sequence[str], side: int) -> dict[str, int]:
    sizes = {name: sum(count for route, count in people.items() if route[side] == name) for name in order}
    return {name: size for name, size in sizes.items() if size}


def _stack(sizes: Mapping[str, int], scale: float) -> dict[str, float]:
    starts, y = {}, float(TOP)
    for name, size in sizes.items():
        starts[name] = y
        y += size * scale + GAP
    return starts


def _draw_node(
    name: str, side: int, starts: list[dict[str, float]], sides: list[dict[str, int]], scale: float
) -> Node:
    size, is_left = sides[side][name], side == 0
    y, height = starts[side][name], max(size * scale, 1.0)
    return Node(
        label=name,
        x=LEFT if is_left else RIGHT,
        y=round(y, 1),
        height=round(height, 1),
        text_x=LEFT - 8 if is_left else RIGHT + NODE + 8,
        text_y=round(y + height / 2, 1),
        is_left=is_left,
        words=f"{'Then' if is_left else 'At the end'} {name}: {Figure(size)}",
    )


def _draw_bands(
    people: Mapping[Route, int], order: Sequence[str], starts: list[dict[str, float]], scale: float
) -> list[Band]:
    """Each node's bands lie one below the other, in the order of the nodes at their other end."""
    ranks = {name: rank for rank, name in enumerate(order)}
    used: list[dict[str, float]] = [dict(side) for side in starts]
    bands = []
    for route in sorted(people, key=lambda route: (ranks[route[0]], ranks[route[1]], route[2])):
        (before, after, kind), count = route, people[route]
        if not count:
            continue
        thick = count * scale
        y0, y1 = used[0][before], used[1][after]
        used[0][before] += thick
        used[1][after] += thick
        words = f"From {before} to {after}: {Figure(count)}"
        bands.append(Band(kind, _bend(y0, y1, max(thick, 0.5)), words))
    return bands


def _find_kind(flow: Flow) -> str:
    if not flow.before:
        return "joined"
    if not flow.after:
        return "left"
    return "stayed" if flow.before == flow.after else "moved"


def _bend(y0: float, y1: float, thick: float) -> str:
    x0, x1 = LEFT + NODE, RIGHT
    middle = (x0 + x1) / 2
    return (
        f"M{x0} {y0:.1f}C{middle} {y0:.1f} {middle} {y1:.1f} {x1} {y1:.1f}"
        f"V{y1 + thick:.1f}C{middle} {y1 + thick:.1f} {middle} {y0 + thick:.1f} {x0} {y0 + thick:.1f}Z"
    )
