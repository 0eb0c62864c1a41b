"""Fields of a body that name another thing by its id."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.relations import PrimaryKeyRelatedField

from access.api import scope_named


class KeyField(PrimaryKeyRelatedField[Any]):
    """A whole number, or its digits, of what is of one's own sites. DRF cuts 1.9 to 1, and so finds a thing nobody named."""

    def get_queryset(self) -> QuerySet[Any]:
        rows: Any = super().get_queryset()
        return scope_named(rows, self.context)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, str):
            whole = data.isascii() and data.isdigit() and len(data) < 20
        else:
            whole = not isinstance(data, float) or data.is_integer()
        if not whole:
            self.fail("incorrect_type", data_type=type(data).__name__)
        return super().to_internal_value(data)
