"""The worst rules that people can build: as large as the limits allow, and nothing in them that an index helps with."""

from typing import Any

from segments.rules.limits import Limits

JSON = dict[str, Any]
DEFAULTS = Limits()
ENDLESS = {"operator": "contains", "value": "*a*b|c*d*"}
TESTS = [{"property": f"p{number}", **ENDLESS} for number in range(3)]
OFTEN = {"operator": "at_least", "value": 2}


def list_worst_conditions() -> list[JSON]:
    """Each reads the whole log, or everybody; the patterns of as many as there may be have not quite 5,000 signs."""
    step = {"event": "view", "where": TESTS[:1]}
    return [
        {"type": "event", "event": "view", "count": OFTEN, "where": TESTS},
        {"type": "event", "event": "view", "count": {"operator": "at_most", "value": 0}, "where": TESTS},
        {"type": "page_view", "url": ENDLESS, "count": OFTEN},
        {"type": "event_repeat", "event": "view", "property": "p0", "count": OFTEN, "where": TESTS},
        {"type": "event_sequence", "steps": [step, step, {**step, "absent": True}, step, step, step]},
        {"type": "event_aggregate", "event": "view", "function": "distinct", "property": "p1", "operator": "at_least", "value": 2},
        {"type": "event_recency", "event": "view", "occurrence": "first", "operator": "more_than_ago", "value": {"days": 1}},
        {"type": "profile", "field": "email", **ENDLESS},
    ]  # fmt: skip


def build_worst_rule(limits: Limits = DEFAULTS) -> JSON:
    """As deep and as large as allowed: in each group some of the worst conditions, and the next group."""
    worst = list_worst_conditions()
    node: JSON = {"type": "group", "match": "any", "conditions": []}
    left = limits.conditions - limits.depth  # each group is a condition, too
    matches: list[JSON] = [
        {"match": "at_least", "n": 2},
        {"match": "none"},
        {"match": "any"},
        {"match": "all"},
    ]
    for level in range(limits.depth):
        share = left // (limits.depth - level)
        left -= share
        conditions = [worst[number % len(worst)] for number in range(share)]
        inner = [node] if level else []
        node = {"type": "group", **matches[level % len(matches)], "conditions": [*conditions, *inner]}
    return {"version": 1, "root": node}
