"""For the admin of whatever two people may edit at once: nobody's change is overwritten by who did not see it."""

from typing import Any

from django.db import connection
from django.http import HttpRequest


class HeedsOthers:
    """Mixed into an admin whose form is a SeenForm: the page carries what it showed, and what is new is shown on it."""

    change_form_before_template = "admin/parts/seen.html"

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Held while it is being saved: whoever saves it at the same moment comes after, and is shown what is new."""
        self.hold_while_saving(request, object_id)
        return super().get_object(request, object_id, from_field)  # type: ignore[misc]  # mixed into an admin

    def hold_while_saving(self, request: HttpRequest, object_id: str) -> None:
        if request.method == "POST" and connection.in_atomic_block and object_id.isdecimal():
            self.hold(object_id[:18])

    def hold(self, key: str) -> None:
        """Lock what the form changes. Rows that refer to it can be added meanwhile: its key does not change."""
        rows = self.model._default_manager.select_for_update(no_key=True)  # type: ignore[attr-defined]
        rows.filter(pk=key).first()
