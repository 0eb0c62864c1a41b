"""All that was decided about a draft, as one content: to tell whether it is still what somebody saw, and what is new."""

import calendar
from typing import Any

from campaigns.goals import describe_goal
from campaigns.models import Campaign, Message
from subscribers import contents
from subscribers.contents import Change, say_value
from subscribers.seen import Content, make_content

# What came of a campaign, and who made it when, is not part of what its marketer decided.
NOT_COPIED = {
    "id", "name", "status", "status_reason", "winner", "winner_note", "winner_chosen_at", "created_by", "changed_by",
    "created_at", "updated_at", "launched_at", "finished_at", "paced_until",
}  # fmt: skip
_MESSAGE = [field.name for field in Message._meta.get_fields() if field.name != "id"]
_DECIDED = [
    field.name
    for field in Campaign._meta.concrete_fields
    if field.name not in NOT_COPIED and field.name not in _MESSAGE
]
_SEGMENTS = ("include_segments", "exclude_segments")


def read_campaign(campaign: Campaign) -> Content:
    """The campaign as it is in the database now, its status included: what was launched is no longer that draft."""
    return read_loaded(Campaign.objects.get(pk=campaign.pk))


def read_loaded(campaign: Campaign) -> Content:
    """The campaign as it was loaded."""
    names = ["status", "name", *_MESSAGE, *_DECIDED]
    values: dict[str, Any] = {name: _read(campaign, name) for name in names}
    for name in _SEGMENTS:
        values[name] = sorted(getattr(campaign, name).values_list("pk", flat=True))
    for variant in campaign.variants.order_by("letter"):
        values |= {f"{variant.letter}.{name}": _read(variant, name) for name in _MESSAGE}
    return make_content(values)


def describe_changes(seen: Content | None, now: Content) -> list[Change]:
    """What is another now than it was seen, line by line."""
    return contents.describe_changes(seen, now, label=_label, say=_say)


def _read(row: Message, name: str) -> Any:
    value = getattr(row, name)
    return getattr(value, "pk", value)


def _label(name: str) -> str:
    letter, _, field = name.rpartition(".")
    words = str(Campaign._meta.get_field(field).verbose_name)  # type: ignore[union-attr]
    return f"Version {letter}: {words}" if letter else words[:1].upper() + words[1:]


def _say(name: str, value: Any) -> str:
    field = name.rpartition(".")[2]
    if value and field == "actions":
        return ", ".join(
            f"{each.get('title', '')} → {each.get('link', '')}" for each in value if isinstance(each, dict)
        )
    if value and field == "goal":
        return f"somebody who {describe_goal(value)}"
    if value and field == "weekdays":
        return ", ".join(calendar.day_name[int(day) - 1] for day in value)
    return say_value(Campaign._meta.get_field(field), value)
