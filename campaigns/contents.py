"""All that was decided about a draft, as one content: to tell whether it is still what somebody saw, and what is new."""

from dataclasses import dataclass
from typing import Any

from campaigns.models import Campaign, Message
from segments.models import Segment
from subscribers.seen import Content, list_differences, make_content

# What came of a campaign, and who made it when, is not part of what its marketer decided.
NOT_COPIED = {
    "id", "name", "status", "status_reason", "winner", "winner_note", "winner_chosen_at", "created_by",
    "created_at", "updated_at", "launched_at", "finished_at", "paced_until",
}  # fmt: skip
_MESSAGE = [field.name for field in Message._meta.get_fields() if field.name != "id"]
_DECIDED = [
    field.name
    for field in Campaign._meta.concrete_fields
    if field.name not in NOT_COPIED and field.name not in _MESSAGE
]
_SEGMENTS = ("include_segments", "exclude_segments")
_LONGEST = 200  # characters of a value that are shown


@dataclass(frozen=True, slots=True)
class Change:
    """Something about a draft that was changed meanwhile, in words."""

    name: str
    label: str
    before: str
    after: str


def read_campaign(campaign: Campaign) -> Content:
    """The campaign as it is in the database now, its status included: what was launched is no longer that draft."""
    stored = Campaign.objects.get(pk=campaign.pk)
    names = ["status", "name", *_MESSAGE, *_DECIDED]
    values: dict[str, Any] = {name: _read(stored, name) for name in names}
    for name in _SEGMENTS:
        values[name] = sorted(getattr(stored, name).values_list("pk", flat=True))
    for variant in stored.variants.order_by("letter"):
        values |= {f"{variant.letter}.{name}": _read(variant, name) for name in _MESSAGE}
    return make_content(values)


def describe_changes(seen: Content | None, now: Content) -> list[Change]:
    """What is another now than it was seen, line by line."""
    return [
        Change(each.name, _label(each.name), _say(each.name, each.before), _say(each.name, each.after))
        for each in list_differences(seen, now)
    ]


def _read(row: Message, name: str) -> Any:
    value = getattr(row, name)
    return getattr(value, "pk", value)


def _label(name: str) -> str:
    letter, _, field = name.rpartition(".")
    words = str(Campaign._meta.get_field(field).verbose_name)  # type: ignore[union-attr]
    return f"Version {letter}: {words}" if letter else words[:1].upper() + words[1:]


def _say(name: str, value: Any) -> str:
    if value in (None, "", []):
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name in _SEGMENTS:
        names = dict(Segment.objects.filter(pk__in=value).values_list("pk", "name"))
        return ", ".join(names.get(pk, "a segment that was deleted") for pk in value)
    if name.endswith("actions"):
        return ", ".join(
            f"{each.get('title', '')} → {each.get('link', '')}" for each in value if isinstance(each, dict)
        )
    choices = dict(Campaign._meta.get_field(name.rpartition(".")[2]).flatchoices)  # type: ignore[union-attr]
    text = str(choices.get(value, value))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
