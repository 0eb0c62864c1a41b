"""Segments built on segments: in which order to work them out."""

from collections.abc import Collection, Mapping
from graphlib import CycleError, TopologicalSorter

from segments.definitions import read_dependencies
from segments.rules.validation import reach_segments
from subscribers.models import Site


def order_segments(site: Site, wanted: Collection[int] | None = None) -> list[int]:
    """The site's segments, each after all that it is built on; only `wanted` ones and what those need, if given."""
    needs = read_dependencies(site)
    if wanted is not None:
        needs = {pk: needs.get(pk, frozenset()) for pk in reach_segments(wanted, needs)}
    return sort_by_need(needs)


def sort_by_need(needs: Mapping[int, Collection[int]]) -> list[int]:
    """Ids of segments, each after those that it needs."""
    try:
        return list(TopologicalSorter(needs).static_order())
    except CycleError:
        # Saving refuses circles; should two edits have raced one in, stored membership still gives each an answer.
        return sorted(needs)
