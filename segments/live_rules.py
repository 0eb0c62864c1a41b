"""The rules that members follow now, read once, with what they listen to and in which order they are asked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter

from segments.models import Segment, SegmentVersion
from segments.rules import Rule, parse_rule
from segments.rules.tested_events import TestedEvent, list_tested_events
from segments.rules.topics import list_topics
from segments.rules.validation import list_used_segments


@dataclass(frozen=True)
class LiveRule:
    """`topics`: changes of what concern it. `tested`: for each of its events, the tests that all conditions put to it."""

    rule: Rule
    topics: frozenset[str]
    tested: Mapping[str, frozenset[TestedEvent]]
    needs: frozenset[int]


def read_live_rules(segments: Iterable[Segment]) -> dict[int, LiveRule]:
    """By id of the segment, those it is built on first. All of them have been built once."""
    found = {
        segment.pk: _read(_identify(segment.live_version)) for segment in segments if segment.live_version
    }
    needs = {pk: live.needs & found.keys() for pk, live in found.items()}
    try:
        order = list(TopologicalSorter(needs).static_order())
    except CycleError:
        # Saving refuses circles; should two edits have raced one in, stored membership still gives each an answer.
        order = sorted(found)
    return {pk: found[pk] for pk in order}


def list_layers(rules: Mapping[int, LiveRule]) -> list[dict[int, LiveRule]]:
    """The rules, in the order of `read_live_rules`, so that none is built on another of its own layer or a later one."""
    layers: list[dict[int, LiveRule]] = []
    places: dict[int, int] = {}
    for pk, live in rules.items():
        places[pk] = max((places[other] + 1 for other in live.needs if other in places), default=0)
        if places[pk] == len(layers):
            layers.append({})
        layers[places[pk]][pk] = live
    return layers


def _identify(version: SegmentVersion) -> tuple[int, int, str]:
    return version.pk, version.segment_id, version.created_at.isoformat()


@lru_cache(maxsize=1000)
def _read(key: tuple[int, int, str]) -> LiveRule:
    """A version is never changed, so it is parsed once in each process."""
    rule = parse_rule(SegmentVersion.objects.values_list("rule", flat=True).get(pk=key[0]))
    return LiveRule(rule, list_topics(rule), list_tested_events(rule), list_used_segments(rule))
