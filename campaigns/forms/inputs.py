"""The controls of our forms that Django has none of: days, times, lengths of time, days of the week."""

import datetime as dt
from typing import Any

from django import forms
from django.db import models
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

INPUT_CLASSES = UnfoldAdminTextInputWidget().attrs["class"]
UNITS = {"minutes": dt.timedelta(minutes=1), "hours": dt.timedelta(hours=1), "days": dt.timedelta(days=1)}
WEEKDAYS = (
    (1, "Monday"), (2, "Tuesday"), (3, "Wednesday"), (4, "Thursday"), (5, "Friday"), (6, "Saturday"), (7, "Sunday"),
)  # fmt: skip
_LONGEST = dt.timedelta(days=366)


def make_field(db_field: models.Field[Any, Any], **kwargs: Any) -> forms.Field | None:
    """Addresses typed without a scheme are https (Django's own default from version 6 on)."""
    if isinstance(db_field, models.URLField):
        kwargs.setdefault("assume_scheme", "https")
    field: forms.Field | None = db_field.formfield(**kwargs)
    return field


def date_input() -> forms.DateInput:
    return forms.DateInput({"type": "date", "class": INPUT_CLASSES}, format="%Y-%m-%d")


def time_input() -> forms.TimeInput:
    return forms.TimeInput({"type": "time", "class": INPUT_CLASSES}, format="%H:%M")


class SpanWidget(forms.MultiWidget):
    """A number and a unit beside each other: “3” “days”."""

    def __init__(self, label: str = "") -> None:
        number = forms.NumberInput(
            {"class": INPUT_CLASSES, "min": "0", "step": "any", "aria-label": f"{label}: number"}
        )
        unit = UnfoldAdminSelectWidget(
            {"aria-label": f"{label}: unit"}, choices=[(unit, unit) for unit in UNITS]
        )
        super().__init__({"number": number, "unit": unit})

    def _render(self, template_name: str, context: dict[str, Any], renderer: Any = None) -> SafeString:
        parts: SafeString = super()._render(template_name, context, renderer)  # type: ignore[misc]
        return format_html('<span class="cc-span">{}</span>', parts)

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0"

    def decompress(self, value: dt.timedelta | None) -> list[Any]:
        if value is None:
            return [None, "days"]
        largest = [unit for unit, length in UNITS.items() if not value % length]
        unit = largest[-1] if largest else "minutes"
        number = value / UNITS[unit]
        return [int(number) if number == int(number) else number, unit]


class SpanField(forms.MultiValueField):
    """A length of time in minutes, hours or days, at most a year; None if it is left empty."""

    def __init__(self, *, label: str, **kwargs: Any) -> None:
        number = forms.FloatField(
            min_value=0, required=False, error_messages={"invalid": "Write a number, like 3."}
        )
        unit = forms.ChoiceField(choices=[(unit, unit) for unit in UNITS], required=False)
        super().__init__(
            fields=(number, unit), widget=SpanWidget(label), label=label, required=False,
            require_all_fields=False, **kwargs,
        )  # fmt: skip

    def compress(self, data_list: list[Any]) -> dt.timedelta | None:
        if not data_list or data_list[0] is None:
            return None
        number, unit = data_list
        length = UNITS[unit or "days"]
        if not number:
            raise forms.ValidationError("Make it longer than no time at all.")
        if number > _LONGEST / length:
            raise forms.ValidationError("A year is the longest.")
        return dt.timedelta(seconds=round(number * length.total_seconds()))


class WeekdaysField(forms.TypedMultipleChoiceField):
    """Days of the week, 1 for Monday to 7 for Sunday, in order."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=WEEKDAYS, coerce=int, required=False, widget=forms.CheckboxSelectMultiple, **kwargs
        )

    def clean(self, value: Any) -> list[int]:
        return sorted(super().clean(value))
