"""The form of a subscriber: profile fields in their proper form, and the attributes of the same name with them."""

from typing import Any, ClassVar

from subscribers.admin.seen_form import SeenForm
from subscribers.attribute_values import AttributeValueError
from subscribers.models import Subscriber
from subscribers.profile_fields import PROFILE_FIELDS, read_field


class SubscriberForm(SeenForm):
    """What is saved as it was is left alone, however it came there."""

    class Meta:
        model = Subscriber
        fields: ClassVar[Any] = tuple(PROFILE_FIELDS)

    def clean(self) -> dict[str, Any] | None:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for field in set(self.changed_data) & cleaned.keys() & PROFILE_FIELDS.keys():
            try:
                cleaned[field] = read_field(field, cleaned[field])
            except AttributeValueError as error:
                self.add_error(field, f"This {error}.")
        return cleaned

    def follow_attributes(self) -> list[str]:
        """Attributes of the same name as a field say from now on what was typed there; returns those keys."""
        kept = self.instance.attributes
        keys = [field for field in self.changed_data if field in kept]
        for key in keys:
            kept[key] = self.cleaned_data[key]
            if not kept[key]:
                del kept[key]
        return keys
