"""Two people at one form: whoever saves second is shown what the first one changed, and keeps what they typed."""

import dataclasses
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet

from subscribers.contents import Change, describe_changes, is_nothing, read_row, say_value
from subscribers.seen import Content, make_content, read_content, sign_content

FIELD = "seen"
SAVED_MEANWHILE = (
    "This was changed while you had it open. Nothing is saved yet: look at what is new, then save again."
)


class SeenForm(forms.ModelForm[Any]):
    """Carries what its editor had before their eyes. What is another by now is listed in `changes`; then it is not saved.

    What the editor had left as it was is the new one; what they had typed stays, and is saved if they save again.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.changes: list[Change] = []
        # As it was loaded: that is what the page shows, whatever is saved from now on.
        self.now: Content | None = self.read_now() if self.instance.pk else None
        self._is_met = False

    @property
    def signed(self) -> str:
        """What the page carries from now on: whoever saves again has seen this."""
        return sign_content(self.now) if self.now is not None else ""

    def read_now(self) -> Content:
        """All that this form can change."""
        own = {field.name for field in self.instance._meta.get_fields()}
        return read_row(self.instance, [name for name in self.fields if name in own])

    def describe_changes(self, seen: Content, now: Content) -> list[Change]:
        return describe_changes(seen, now, label=self.label, say=self.say)

    def label(self, name: str) -> str:
        field = self.fields.get(name)
        words = str(field.label if field and field.label else name.replace("_", " "))
        return words[:1].upper() + words[1:]

    def say(self, name: str, value: Any) -> str:
        return say_value(self.instance._meta.get_field(name), value)

    def is_same(self, name: str, one: Any, other: Any) -> bool:
        return bool(one == other) or (is_nothing(one) and is_nothing(other))

    def full_clean(self) -> None:
        if not self._is_met and self.is_bound and self.now is not None and FIELD in self.data:
            self._is_met = True
            self._meet(read_content(self.data[FIELD]) or {}, self.now)
        super().full_clean()
        if self.changes:
            self.add_error(None, SAVED_MEANWHILE)

    def _meet(self, seen: Content, now: Content) -> None:
        """Compare what was seen, what is there now, and what was typed."""
        for change in self.describe_changes(seen, now):
            name = change.name
            theirs = now.get(name)
            is_ours = self.is_typed(name, theirs)
            if is_ours or self.is_same(name, seen.get(name), theirs):
                continue
            is_left = name in seen and self.is_typed(name, seen[name])
            is_taken = is_left and self.take_over(name, theirs)
            self.changes.append(dataclasses.replace(change, is_kept=not is_taken))

    def is_typed(self, name: str, value: Any) -> bool:
        """Whether what was sent for a field means this value."""
        field = self.fields.get(name)
        if field is None:
            return False
        if field.disabled:
            return True
        sent = field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
        try:
            typed = make_content({name: _name_rows(field.clean(sent))})[name]
        except (ValidationError, ValueError, TypeError):  # it is nothing that could be saved
            return False
        return self.is_same(name, typed, value)

    def take_over(self, name: str, value: Any) -> bool:
        """Have the form say this value; False if its control cannot."""
        if name not in self.fields:
            return False
        sent: Any = self.data
        self.data = sent.copy()
        write_value(self.data, self.fields[name], self.add_prefix(name), self._to_python(name, value))
        if self.is_typed(name, value):
            return True
        self.data = sent
        return False

    def _to_python(self, name: str, value: Any) -> Any:
        field = self.instance._meta.get_field(name)
        return value if field.is_relation else field.to_python(value)


def _name_rows(value: Any) -> Any:
    if isinstance(value, QuerySet):
        return sorted(row.pk for row in value)
    return value.pk if isinstance(value, Model) else value


def write_value(data: Any, field: forms.Field, name: str, value: Any) -> None:
    """What a browser would send if the field's control said this value."""
    widget = field.widget
    if isinstance(widget, forms.MultiWidget):
        suffixes: Any = widget.widgets_names  # type: ignore[attr-defined]  # the stubs do not know it
        for part, suffix, each in zip(widget.widgets, suffixes, widget.decompress(value) or (), strict=True):
            data[f"{name}{suffix}"] = _say(part.format_value(each))
    elif isinstance(widget, forms.SelectMultiple | forms.CheckboxSelectMultiple):
        data.setlist(name, [str(each) for each in value or ()])
    elif isinstance(widget, forms.CheckboxInput):
        data.pop(name, None)
        if value:
            data[name] = "on"
    else:
        data[name] = _say(widget.format_value(field.prepare_value(value)))


def _say(value: Any) -> str:
    if isinstance(value, list):  # of a control that offers choices
        value = value[0] if value else None
    return "" if value is None else str(value)
