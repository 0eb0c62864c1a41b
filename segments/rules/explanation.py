"""Why a rule holds or does not hold for one subscriber: its tree, each node with its answer and the facts behind it.

And for how long, if nothing else happens.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from segments.rules.ast import Condition, Group, Rule
from segments.rules.describe import describe_rule
from segments.rules.evaluator import evaluate_rule
from segments.rules.evidence import list_evidence
from segments.rules.facts import SubscriberFacts
from segments.rules.flips import Outlook, Timeline, find_change, find_flip, follow_rule
from segments.rules.names import Names
from segments.rules.witness import Evidence, Witness


@dataclass(frozen=True)
class Explanation:
    """One node: what it asks, whether that is so, and why. `children` are a group's conditions, in order.

    `outlook`: when time alone changes the answer, of a condition and of the whole rule; None: the conditions of a group
    within the rule speak for it.
    """

    sentence: str
    holds: bool
    outlook: Outlook | None = None
    evidence: tuple[Evidence, ...] = ()
    children: tuple["Explanation", ...] = ()


def explain_rule(  # noqa: PLR0913 - the rule, and all that its answer depends on
    rule: Rule,
    facts: SubscriberFacts,
    *,
    as_of: dt.datetime,
    zone: ZoneInfo,
    names: Names,
    entered_at: Mapping[int, dt.datetime] | None = None,
    hides: Callable[[str, str], bool] = lambda event, path: False,
) -> Explanation:
    """The tree of a rule for one subscriber at `as_of`; `zone` is the site's, and times are said on its clock.

    `entered_at` tells since when they are a member of each segment that the rule may ask about, where that is known;
    `hides`, whose property (event and name) is not shown to whoever asks.
    """
    timeline = follow_rule(rule, facts, as_of=as_of, zone=zone)
    root = _explain(rule.root, timeline, Witness(facts, as_of, zone, names, entered_at or {}, hides))
    # Last, as it moves on the timelines of all conditions.
    return replace(root, outlook=find_change(timeline))


def _explain(node: Condition, timeline: Timeline, witness: Witness) -> Explanation:
    # Every answer is the evaluator's own, on the node as a rule of its own: an explanation cannot disagree with it.
    alone = Rule(version=1, root=node)
    holds = evaluate_rule(alone, witness.facts, as_of=witness.as_of, zone=witness.zone)
    if isinstance(node, Group):
        parts = zip(node.conditions, timeline.parts, strict=True)
        children = tuple(_explain(each, part, witness) for each, part in parts)
        return Explanation(_say_group(node), holds, children=children)
    # A node's part of the sentence, as it follows “Subscribers”.
    phrase = describe_rule(alone, witness.names).removeprefix("Subscribers ").removesuffix(".")
    outlook = Outlook(find_flip(timeline))
    return Explanation(phrase, holds, outlook, evidence=tuple(list_evidence(node, witness)))


def _say_group(node: Group) -> str:
    if not node.conditions:
        return f"{_GROUPS[node.match].format(n=node.n)} (no condition is given)"
    return _GROUPS[node.match].format(n=node.n)


_GROUPS = {
    "all": "all of these are true",
    "any": "any of these is true",
    "none": "none of these is true",
    "at_least": "at least {n} of these are true",
}
