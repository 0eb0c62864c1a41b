"""Moments by which lists of the management door are narrowed: within the bounds that hold at every door."""

import datetime as dt
from typing import Any

import django_filters as filters
from django import forms
from django.core.exceptions import ValidationError

from subscribers.instants import EXAMPLE, read_instant


class InstantField(forms.Field):
    def to_python(self, value: Any) -> dt.datetime | None:
        if value in self.empty_values:
            return None
        try:
            # A plus that nobody has encoded arrives as a blank.
            return read_instant(str(value).strip().replace(" ", "+") if "T" in str(value) else value)
        except ValueError as error:
            raise ValidationError(f"This {error}.", code="invalid") from None


class InstantFilter(filters.Filter):
    """ISO 8601, like 2026-11-21T10:00:00Z; without an offset it is UTC."""

    field_class = InstantField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"help_text": f"A date and time like {EXAMPLE}", **kwargs})
