"""What a site waits for: announced, or named by a rule, and not come yet. This is what developers are to send."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from segments.models import Segment
from segments.rules import RuleError, parse_rule
from segments.rules.seen import Use, list_unseen, list_uses
from segments.seen import read_seen
from subscribers.models import Attribute, Site
from tracking.declaring import list_awaited_properties
from tracking.models import EventType

EXAMPLES: dict[str, Any] = {
    "text": "…",
    "number": 42,
    "boolean": True,
    "time": "2026-12-24T18:00:00Z",
    "list": ["…"],
    "object": {"key": "…"},
}
TYPE_WORDS = {
    "text": "Text",
    "number": "A number",
    "boolean": "Yes or no",
    "time": "A date and time",
    "object": "An object",
}


@dataclass
class Awaited:
    """`event`: whose property it is, or the event itself if there is no `key`. `type` "": nobody has said."""

    key: str = ""
    event: str = ""
    type: str = ""
    element_type: str = ""
    meaning: str = ""
    segments: list[Segment] = field(default_factory=list)  # those that wait for it

    @property
    def name(self) -> str:
        return self.key or self.event

    @property
    def kind(self) -> str:
        if not self.event:
            return "Attribute"
        return f"Property of “{self.event}”" if self.key else "Event"

    @property
    def type_words(self) -> str:
        if self.type == "list":
            return "A list of numbers" if self.element_type == "number" else "A list"
        return TYPE_WORDS.get(self.type, "")

    @property
    def as_text(self) -> str:
        """For a ticket or a mail."""
        about = [f"{self.kind}: {self.name}", self.type_words, self.meaning]
        return ". ".join(each.rstrip(".") for each in about if each) + f"\n{self.snippet}"

    @property
    def snippet(self) -> str:
        """The line of the SDK that sends it."""
        if not self.event:
            return f"carillon.push(['addAttribute', {_write(self.key)}, {_write(self._example)}]);"
        properties = f", {_write(_nest(self.key, self._example))}" if self.key else ""
        return f"carillon.push(['addEvent', {_write(self.event)}{properties}]);"

    @property
    def _example(self) -> Any:
        return [42] if (self.type, self.element_type) == ("list", "number") else EXAMPLES[self.type or "text"]


def list_awaited(site: Site) -> list[Awaited]:
    """Attributes by name, then events, each followed by its properties."""
    found = {(each.event, each.key): each for each in _list_announced(site)}
    for segment, use in _list_asked_for(site):
        asked = found.setdefault((use.event, use.key), Awaited(use.key, use.event))
        asked.type = asked.type or (use.families[0].value if use.families else "")
        if segment not in asked.segments:
            asked.segments.append(segment)
    return sorted(found.values(), key=lambda each: (bool(each.event), each.event, each.key))


def _list_announced(site: Site) -> Iterator[Awaited]:
    for attribute in Attribute.objects.filter(site=site, first_seen_at=None):
        yield Awaited(attribute.key, "", attribute.type, attribute.element_type, attribute.description)
    for row in EventType.objects.filter(site=site):
        if row.first_seen_at is None:
            yield Awaited("", row.name, meaning=row.description)
        for key, told in list_awaited_properties(row).items():
            yield Awaited(key, row.name, told["type"], meaning=told["description"])


def _list_asked_for(site: Site) -> Iterator[tuple[Segment, Use]]:
    """What the site's rules name and nobody has seen."""
    seen = read_seen(site)
    for segment in Segment.objects.filter(site=site, kind=Segment.Kind.LIVE).order_by("name"):
        try:
            rule = parse_rule(segment.rule)
        except RuleError:
            continue  # set aside by membership, with the reason
        unseen = {(use.event, use.key) for use in list_unseen(rule, seen)}
        for use in list_uses(rule.root):
            # Of an event that has never come, its properties have not come either.
            if (use.event, use.key) in unseen or (use.event and use.event not in seen.events):
                yield segment, use


def _write(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _nest(path: str, value: Any) -> dict[str, Any]:
    """`cart.total` as an object in an object, `items[].sku` as a list of objects."""
    for step in reversed(path.split(".")):
        name = step.removesuffix("[]")
        value = {name: [value] if name != step else value}
    return value  # type: ignore[no-any-return]  # a path has at least one step
