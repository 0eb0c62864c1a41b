"""How the management API documents itself: what every address has in common is said once, here."""

from http import HTTPStatus
from typing import Any, Literal

from drf_spectacular.openapi import AutoSchema

from subscribers.api.problems import MEDIA_TYPE, ProblemSerializer

EVERYWHERE = (400, 401, 403, 406, 429, 503)
OF_ONE = (404,)
WITH_BODY = (409, 413, 415)


class ProblemSchema(AutoSchema):
    """Adds to each operation the errors it can answer, and the parameters of its `query_serializer`."""

    def get_override_parameters(self) -> list[Any]:
        query = getattr(self.view, "query_serializer", None)
        return [*super().get_override_parameters(), *([query] if query else [])]

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        problem = self.resolve_serializer(ProblemSerializer, "response").ref
        for status in self._list_errors():
            body = {"content": {MEDIA_TYPE: {"schema": problem}}, "description": HTTPStatus(status).phrase}
            bodies.setdefault(str(status), body)
        return bodies

    def _list_errors(self) -> list[int]:
        errors = [*EVERYWHERE]
        if "{" in self.path:
            errors += OF_ONE
        if self.method != "GET":
            errors += WITH_BODY
        return sorted(errors)
