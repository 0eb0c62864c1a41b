"""The version of what is answered, as its ETag; a change that names another one is refused."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar, TypeVar

from django.db.models import Model
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from subscribers.api.preconditions import check_if_match, write_etag
from subscribers.api.requests import WholeRequests
from subscribers.seen import make_content, make_tag

M = TypeVar("M", bound=Model)
WRITING = {"update", "partial_update", "destroy"}


def tag_answer(serializer: Any, data: Any, also: Collection[str] = ()) -> str:
    """The ETag of what was answered: of all in it that can be written, and of what is named `also`."""
    named = [name for name, field in serializer.fields.items() if not field.read_only and name in data]
    return make_tag(make_content({name: data[name] for name in [*named, *also]}))


class Tagged(WholeRequests, viewsets.GenericViewSet[M]):
    """Whoever is shown one thing is told which version of it that is, and may name that with a change."""

    heeds_if_match: ClassVar[Collection[str]] = WRITING
    answers_etag: ClassVar[Collection[str]] = {"retrieve", "create", "update", "partial_update"}
    tagged_also: ClassVar[Collection[str]] = ()
    _is_compared = False  # once for each request: afterwards it is another one, by this request

    def get_object(self) -> M:
        """A request that says with If-Match which version it is about is refused if that is another one by now."""
        row = super().get_object()
        if self.action in self.heeds_if_match and not self._is_compared:
            self._is_compared = True
            serializer = self.get_serializer(row)
            check_if_match(self.request, tag_answer(serializer, serializer.data, self.tagged_also))
        return row

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        answer = super().finalize_response(request, response, *args, **kwargs)
        if answer.status_code < 300 and self.action in self.answers_etag and isinstance(answer.data, dict):
            answer["ETag"] = write_etag(tag_answer(self.get_serializer(), answer.data, self.tagged_also))
        return answer
