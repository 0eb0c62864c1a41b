"""How the management API documents itself: what every address has in common is said once, here."""

from http import HTTPStatus
from typing import Any, Literal

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from access.models import Scope
from subscribers.api.problems import MEDIA_TYPE, ProblemSerializer

EVERYWHERE = (400, 401, 403, 406, 429, 503)
OF_ONE = (404,)
WITH_BODY = (409, 413, 415)
OF_WHOLE_REQUESTS = (411, 412)
CHANGING = {"PUT", "PATCH"}
IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag of the version that the request is about: 412 if it was changed since",
)
ETAG = {"description": "Names this version, for If-Match", "schema": {"type": "string"}}


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How to show a key."""

    target_class = "access.authentication.KeyAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        scopes = "\n".join(f"* `{scope}`: {scope.label}" for scope in Scope)
        description = (
            "A key of the site, made in the admin under API keys: `Authorization: Bearer ck_…`. What it may do is said by "
            f"its scopes:\n\n{scopes}"
        )
        return {"type": "http", "scheme": "bearer", "bearerFormat": "ck_…", "description": description}


class ProblemSchema(AutoSchema):
    """Adds to each operation the errors it can answer, and the parameters of its `query_serializer`."""

    def get_override_parameters(self) -> list[Any]:
        query = getattr(self.view, "query_serializer", None)
        own = [*([query] if query else []), *([IF_MATCH] if self._is_among("heeds_if_match") else [])]
        return [*super().get_override_parameters(), *own]

    def _is_among(self, actions: str) -> bool:
        """Whether the view counts this action among those (see WholeRequests)."""
        return getattr(self.view, "action", None) in getattr(self.view, actions, ())

    def _get_request_body(self, direction: Literal["request", "response"] = "request") -> Any:
        body = super()._get_request_body(direction)  # type: ignore[no-untyped-call]
        if body and self.method in CHANGING:
            body["required"] = True
        return body

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        if self._is_among("answers_etag"):
            for told in bodies.values():
                told.setdefault("headers", {})["ETag"] = ETAG
        problem = self.resolve_serializer(ProblemSerializer, "response").ref
        for status in self._list_errors():
            body = {"content": {MEDIA_TYPE: {"schema": problem}}, "description": HTTPStatus(status).phrase}
            bodies.setdefault(str(status), body)
        return bodies

    def _map_serializer_field(
        self, field: Any, direction: Literal["request", "response"], bypass_extensions: bool = False
    ) -> Any:
        """What is read-only can be empty wherever its column can; DRF asks that only of what is written."""
        model = getattr(getattr(field.parent, "Meta", None), "model", None)
        column = {each.name: each for each in model._meta.fields}.get(field.source) if model else None
        if field.read_only and column is not None:
            field.allow_null = field.allow_null or column.null
            field.allow_blank = getattr(field, "allow_blank", False) or column.blank
        return super()._map_serializer_field(  # type: ignore[no-untyped-call]
            field, direction, bypass_extensions
        )

    def _resolve_path_parameters(self, variables: list[str]) -> list[dict[str, Any]]:
        """A key is a number; of an address written as a pattern drf-spectacular cannot know that."""
        parameters: list[dict[str, Any]] = super()._resolve_path_parameters(  # type: ignore[no-untyped-call]
            variables
        )
        for parameter in parameters:
            if parameter["name"] == "id" or parameter["name"].endswith("_id"):
                parameter.update(schema={"type": "integer"}, description="The id")
        return parameters

    def _list_errors(self) -> list[int]:
        errors = [*EVERYWHERE]
        if "{" in self.path:
            errors += OF_ONE
        if self.method != "GET":
            errors += WITH_BODY
            errors += OF_WHOLE_REQUESTS if hasattr(self.view, "heeds_if_match") else ()
        return sorted(errors)


def allow_several(result: Any, **_: Any) -> Any:
    """A value may fit several of the alternatives at once: empty text is also text that fits a pattern.

    drf-spectacular writes `oneOf`, which means exactly one. It stays where a discriminator chooses.
    """
    if isinstance(result, dict):
        if "oneOf" in result and "discriminator" not in result:
            result["anyOf"] = result.pop("oneOf")
        for value in result.values():
            allow_several(value)
    elif isinstance(result, list):
        for value in result:
            allow_several(value)
    return result
