"""A request is heeded in all it says, or refused: its body's length, its preconditions."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.viewsets import ViewSetMixin

from subscribers.api.errors import LengthRequired
from subscribers.api.preconditions import refuse_untagged

READING = {"GET", "HEAD", "OPTIONS"}
CHANGING = {"update", "partial_update"}


class WholeRequests(ViewSetMixin):
    """A viewset that takes no request of which a part would be lost."""

    # One address for each thing: Python also reads “+1”, “1_0” and the digits of other scripts as numbers.
    lookup_value_regex = "[0-9]{1,18}"
    # The actions that keep to If-Match, and those that tell the ETag of what they answer. They are documented by this.
    heeds_if_match: ClassVar[Collection[str]] = ()
    answers_etag: ClassVar[Collection[str]] = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]  # mixed into DRF's views
        if request.method not in READING:
            view: Any = self
            if view.action not in self.heeds_if_match:
                refuse_untagged(request)
            _refuse_lost_body(request, view.action)


def _refuse_lost_body(request: Request, action: str) -> None:
    """An empty body changes nothing, and whoever sends one believes that it did."""
    if request.headers.get("Transfer-Encoding") and not request.headers.get("Content-Length"):
        raise LengthRequired
    if action in CHANGING and request.stream is None:
        raise ParseError("The body is empty. Send a JSON object with the fields to change.")
