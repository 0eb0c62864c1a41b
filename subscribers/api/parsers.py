"""Bodies of the management door: JSON that PostgreSQL can store, or an answer that says what is wrong."""

import json
import math
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.utils.mediatypes import _MediaType

from subscribers.api.errors import UnknownCoding

UTF8 = {"", "utf-8", "utf8", "us-ascii"}


class CleanJSONParser(JSONParser):
    """JSON (RFC 8259) in UTF-8, without what would be lost or cannot be kept.

    That is: a name twice in one object, NUL characters, lone surrogates, endless numbers. (To what is a JSONParser DRF
    gives bodies up to DATA_UPLOAD_MAX_MEMORY_SIZE, and no larger ones.)
    """

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        request = (parser_context or {}).get("request")
        _check_coding(media_type or "", request.headers.get("Content-Encoding", "") if request else "")
        try:
            # RFC 8259 lets readers pass over a byte-order mark, and editors on Windows write one.
            document = json.loads(
                stream.read().decode("utf-8-sig"),
                object_pairs_hook=_read_object,
                parse_constant=_refuse_constant,
            )
            _check_storable(document)
        except RecursionError:
            raise ParseError("The JSON is nested too deeply.") from None
        except UnicodeDecodeError:
            raise ParseError("The body must be JSON in UTF-8.") from None
        except ValueError as error:
            raise ParseError(f"The body must be JSON: {error}") from None
        return document


def _check_coding(media_type: str, coding: str) -> None:
    if coding.strip().lower() not in {"", "identity"}:
        raise UnknownCoding("Send the body as it is, without a Content-Encoding.")
    charset = _MediaType(media_type).params.get("charset", "")
    if charset.strip(" \"'").lower() not in UTF8:
        raise UnknownCoding("Send the body in UTF-8; JSON has no other charset.")


def _read_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ParseError(f"“{twice[:50]}” stands twice in one object; which of the two is meant?")
    return found


def _refuse_constant(name: str) -> Any:
    raise ParseError(f"{name} is not JSON.")


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
