"""The form of an attribute: a type is changed only by somebody who has read what that does to the values."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms

from subscribers.admin.attribute_words import say_forecast
from subscribers.admin.seen_form import SeenForm
from subscribers.attribute_values import Shape
from subscribers.kept_aside import foresee_conversion
from subscribers.models import Attribute


def changes_type(data: Mapping[str, str], attribute: Attribute) -> bool:
    """Whether what was typed says another type than the attribute has."""
    return any(data.get(field, kept) != kept for field, kept in _read_shape(attribute).items())


def _read_shape(attribute: Attribute) -> dict[str, str]:
    return {"type": attribute.type, "element_type": attribute.element_type}


class AttributeForm(SeenForm):
    """`go_on` is asked for once it is known what would not convert."""

    go_on = forms.BooleanField(label="Convert the values", required=False)

    class Meta:
        model = Attribute
        fields: ClassVar[Any] = "__all__"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "element_type" in self.fields:  # not of whoever may only look
            self.fields["element_type"].required = False  # asked of lists alone

    def clean(self) -> dict[str, Any] | None:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if changes_type(self.data, self.instance) and not cleaned.get("go_on") and not self.errors:
            shape = Shape(cleaned["type"], cleaned["element_type"] or self.instance.element_type)
            reading = foresee_conversion(self.instance, shape)
            if reading.failing:
                self.add_error("go_on", f"{say_forecast(reading)} Tick this box and save once more to go on.")
        return cleaned
