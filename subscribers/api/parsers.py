"""Bodies of the management door: JSON that PostgreSQL can store, or a 400 that says what is wrong."""

import math
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class CleanJSONParser(JSONParser):
    """JSON without what `jsonb` and UTF-8 refuse: NUL characters, lone surrogates, endless numbers."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            document = super().parse(stream, media_type, parser_context)
            _check_storable(document)
        except RecursionError:
            raise ParseError("The JSON is nested too deeply.") from None
        return document


def _check_storable(value: Any) -> None:
    if isinstance(value, str):
        if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in value):
            raise ParseError("Text may hold neither NUL characters nor halves of surrogate pairs.")
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise ParseError("A number is too large.")
    elif isinstance(value, list):
        for item in value:
            _check_storable(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_storable(key)
            _check_storable(item)
