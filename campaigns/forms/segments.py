"""Segments to tick: those of the chosen site, each with the number of its members."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.forms.models import ModelChoiceIteratorValue

from segments.models import Segment


class SegmentCheckboxes(forms.CheckboxSelectMultiple):
    """Tells the page which site each segment belongs to, so that only those of the chosen site are shown."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if isinstance(value, ModelChoiceIteratorValue):
            segment: Segment = value.instance  # type: ignore[attr-defined]
            option["attrs"]["data-site"] = segment.site_id
        return option


class SegmentChoiceField(forms.ModelMultipleChoiceField[Segment]):
    """Any number of segments, each with the number of its members where `read_members` knows it."""

    def __init__(self, **kwargs: Any) -> None:
        self.read_members: Callable[[], dict[int, int]] = dict
        queryset = Segment.objects.order_by("name")
        super().__init__(queryset, required=False, widget=SegmentCheckboxes, **kwargs)

    def label_from_instance(self, obj: Segment) -> str:
        if not obj.is_counted:
            return f"{obj.name} · being counted"
        if obj.status != Segment.Status.READY:
            return f"{obj.name} · {obj.get_status_display().lower()}"
        count = self.read_members().get(obj.pk)
        if count is None:
            return obj.name
        return f"{obj.name} · {count:,} {'member' if count == 1 else 'members'}"
