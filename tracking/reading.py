"""A stranger's request body: bounded in size and depth, and JSON (RFC 8259) in UTF-8, or an answer that says why not."""

import json
import math
from typing import Any

from django.http import HttpRequest, UnreadablePostError


class RequestError(Exception):
    """A request that cannot be taken as a whole; the message goes back with this HTTP status.

    `retry_after` is in seconds (RFC 9110), and 0 where trying again would not help.
    """

    def __init__(self, message: str, status: int = 400, *, retry_after: int = 0) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after


def read_json(request: HttpRequest, *, max_bytes: int) -> Any:
    """The parsed body. Never takes more than `max_bytes` of it into memory, whatever its header promises."""
    too_large = RequestError(f"The body must have at most {max_bytes} bytes; send several requests.", 413)
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > max_bytes:
            raise too_large
        raw = request.read(max_bytes + 1)
    except ValueError:
        raise RequestError("Content-Length must be a whole number.") from None
    except UnreadablePostError:
        raise RequestError("The body ended early.") from None
    if len(raw) > max_bytes:
        raise too_large
    return _parse(raw)


def _parse(raw: bytes) -> Any:
    try:
        return json.loads(raw.decode(), parse_constant=_refuse_constant, parse_float=_read_float)
    except RequestError:
        raise
    except UnicodeDecodeError:
        raise RequestError("The body must be UTF-8.") from None
    except RecursionError:
        raise RequestError("The JSON is nested too deeply.") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise RequestError(f"The body must be JSON; it is not at {where}.") from None
    except ValueError:
        raise RequestError("The JSON holds a number with too many digits.") from None


def _refuse_constant(name: str) -> Any:
    raise RequestError(f"{name} is not JSON.")


def _read_float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise RequestError("The JSON holds a number that is too large.")
    return number
