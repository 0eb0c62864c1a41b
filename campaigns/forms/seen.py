"""Two people at one draft: whoever saves second is shown what the first one changed, and keeps what they typed."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict

from campaigns.contents import Change, describe_changes, read_campaign
from campaigns.models import Campaign
from subscribers.seen import Content, read_content, sign_content

FIELD = "seen"


class SeenDraft:
    """The draft as it is stored now, beside the one that its editor had before their eyes."""

    def __init__(self, campaign: Campaign, data: Any) -> None:
        self.now: Content | None = read_campaign(campaign) if campaign.pk else None
        self._seen: Content | None = None
        self.changes: list[Change] = []
        if self.now is not None and data is not None and FIELD in data:
            self._seen = read_content(data[FIELD]) or {}
            self.changes = describe_changes(self._seen, self.now)

    @property
    def signed(self) -> str:
        """What the page carries from now on: whoever saves again has seen this."""
        return sign_content(self.now) if self.now is not None else ""

    def take_over(self, data: Any, fields: dict[str, forms.Field], names: Iterable[str]) -> Any:
        """The form's data, with what the other one changed in fields that this editor left as they were."""
        if not self.changes or not self._seen or self.now is None:
            return data
        merged: QueryDict = data.copy()
        for name in {change.name for change in self.changes} & set(names) & set(fields):
            field = fields[name]
            is_plain = isinstance(
                field.widget, forms.TextInput | forms.Textarea | forms.URLInput | forms.NumberInput
            )
            if is_plain and not field.has_changed(self._seen.get(name), data.get(name, "")):
                value = field.widget.format_value(field.prepare_value(self.now.get(name)))
                merged[name] = "" if value is None else str(value)
        return merged
