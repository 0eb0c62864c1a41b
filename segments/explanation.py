"""Why somebody is, or is not, in a segment, and for how long: its rule over their facts, with the evidence."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from segments.definitions import read_names, say_segment
from segments.facts import load_facts
from segments.models import Membership, Segment
from segments.rules import parse_rule
from segments.rules.describe import PROFILE_LABELS
from segments.rules.explanation import Explanation, explain_rule
from subscribers.models import Subscriber
from subscribers.timezones import load_zone
from subscribers.viewing import MASK, find_hidden

# Whoever asks must be allowed to see whom it tells of, and what they did.
TELLS_OF = ("subscribers.view_subscriber", "tracking.view_event")


@dataclass(frozen=True)
class MembershipExplanation:
    """`holds` is what the rule gives at `as_of`; `entered_at` since when the stored rows have them in it, if they do.

    Events are those up to `as_of`. Attributes, profile, devices and memberships are as they are now: their past is
    not kept.
    """

    sentence: str
    as_of: dt.datetime
    root: Explanation
    entered_at: dt.datetime | None
    timezone: str  # the site's, in which evidence tells times

    @property
    def holds(self) -> bool:
        return self.root.holds

    @property
    def changes_at(self) -> dt.datetime | None:
        """When time alone changes the answer; None: never, or at no time that could be found."""
        return self.root.outlook.changes_at if self.root.outlook else None

    @property
    def outlook(self) -> str:
        """The same in words, on the site's clock."""
        certain_until = self.root.outlook.certain_until if self.root.outlook else None
        if self.changes_at:
            step = "leave" if self.holds else "enter"
            return f"If nothing else happens, they {step} this segment on {self._show(self.changes_at)}."
        if certain_until:
            return f"Time alone will not change this before {self._show(certain_until)}."
        return "Time alone will not change this."

    def _show(self, instant: dt.datetime) -> str:
        return f"{instant.astimezone(load_zone(self.timezone)):%-d %b %Y, %H:%M:%S} ({self.timezone})"


def explain_membership(
    segment: Segment, subscriber: Subscriber, *, as_of: dt.datetime
) -> MembershipExplanation:
    """Answer for one living subscriber of the segment's site. Raises RuleError where the rule cannot be read.

    A list has no rule: the answer is whether they are on it.
    """
    site, names = segment.site, read_names(segment.site)
    rule = parse_rule(segment.rule if segment.is_live else _ask_for(segment))
    rows = Membership.objects.filter(subscriber=subscriber)
    entered_at = dict(rows.values_list("segment_id", "entered_at"))
    facts = load_facts([subscriber.pk])[subscriber.pk]
    root = explain_rule(
        rule,
        facts,
        as_of=as_of,
        zone=site.zone,
        names=names,
        entered_at=entered_at,
        hides=find_hidden(site.pk).hides_property,
    )
    root = _mask(root, list_hidden_labels(site.pk))
    since = entered_at.get(segment.pk)
    return MembershipExplanation(say_segment(segment, names), as_of, root, since, site.clock_name)


def list_hidden_labels(site_id: int) -> frozenset[str]:
    """What evidence of what is hidden is called."""
    hidden = find_hidden(site_id)
    labels = {PROFILE_LABELS[name].capitalize() for name in hidden.fields & PROFILE_LABELS.keys()}
    return hidden.attributes | labels | ({"Where they are"} if "latitude" in hidden.fields else set())


def _mask(node: Explanation, labels: frozenset[str]) -> Explanation:
    """The same tree; of what is hidden it only says that it was looked at."""
    evidence = tuple(
        replace(each, value=MASK) if _is_hidden(each.label, labels) else each for each in node.evidence
    )
    return replace(node, evidence=evidence, children=tuple(_mask(child, labels) for child in node.children))


def _is_hidden(label: str, labels: frozenset[str]) -> bool:
    """Also of something inside an attribute, and of how far it is from somewhere to where they are."""
    outer = label.partition(".")[0].partition("[")[0]
    return bool({label, outer} & labels) or ("Where they are" in labels and label.startswith("To "))


def _ask_for(segment: Segment) -> dict[str, Any]:
    return {"version": 1, "root": {"type": "segment", "segment": segment.pk, "member": True}}
