"""Lists of the management door, a page at a time, that stay right and fast while rows are being added."""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import Model, Q
from rest_framework.exceptions import ParseError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

if TYPE_CHECKING:  # DRF's views read the settings that name this module
    from rest_framework.views import APIView

PARAMETERS = ("cursor", "page_size")
DEFAULT_SIZE = 50
LARGEST_SIZE = 500


class NewestFirst(BasePagination):
    """Pages by the key of their last row: `next` is the address of the rest, null at the end.

    A view says in `newest_first` by which fields its rows go, all descending; together they must be unique. (DRF's own
    cursor counts within rows of equal position and gives up at 1,000, which one build of a segment exceeds.)
    """

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        self.request = request
        fields: tuple[str, ...] = getattr(view, "newest_first", ("id",))
        size = _read_size(request.query_params.get("page_size"))
        cursor = request.query_params.get("cursor")
        rows = queryset.order_by(*(f"-{field}" for field in fields))
        if cursor:
            rows = rows.filter(_older_than(queryset.model, fields, cursor))
        page = list(rows[: size + 1])
        self.next_cursor = _write_cursor(page[size - 1], fields) if len(page) > size else None
        return page[:size]

    def get_paginated_response(self, data: Any) -> Response:
        here = self.request.build_absolute_uri()
        following = replace_query_param(here, "cursor", self.next_cursor) if self.next_cursor else None
        return Response({"next": following, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        following = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {"next": following, "results": schema},
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        size = {"type": "integer", "minimum": 1, "maximum": LARGEST_SIZE, "default": DEFAULT_SIZE}
        return [
            {"name": "cursor", "in": "query", "schema": {"type": "string"}, "description": "From `next`"},
            {"name": "page_size", "in": "query", "schema": size},
        ]


def _read_size(text: str | None) -> int:
    if text is None:
        return DEFAULT_SIZE
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 0 < int(text) <= LARGEST_SIZE):
        raise ParseError(f"page_size is a number from 1 to {LARGEST_SIZE}.")
    return int(text)


def _write_cursor(row: Model, fields: tuple[str, ...]) -> str:
    position = [row._meta.get_field(field).value_to_string(row) for field in fields]  # type: ignore[union-attr]
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode().rstrip("=")


def _older_than(model: type[Model], fields: tuple[str, ...], cursor: str) -> Q:
    """Rows after the cursor's in descending order: (a < x) or (a = x and b < y) or …"""
    try:
        position = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        values = [
            model._meta.get_field(field).to_python(text)  # type: ignore[union-attr]
            for field, text in zip(fields, position, strict=True)
        ]
    except (ValueError, TypeError, OverflowError, binascii.Error, ValidationError, RecursionError):
        raise ParseError("The cursor is not one of ours; take the address in `next` as it is.") from None
    older = Q()
    same: dict[str, Any] = {}
    for field, value in zip(fields, values, strict=True):
        older |= Q(**same, **{f"{field}__lt": value})
        same[field] = value
    return older
