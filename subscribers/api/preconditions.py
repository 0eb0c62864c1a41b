"""ETag and If-Match (RFC 9110): whoever says which version they saw never overwrites one that they did not see."""

from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.request import Request


class PreconditionFailed(APIException):
    """412: it is another one now than the one that the request is about. Say what to do."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_code = "precondition_failed"


def write_etag(tag: str) -> str:
    return f'"{tag}"'


def _names_versions(request: Request) -> str:
    header = request.headers.get("If-Match", "").strip()
    return "" if header == "*" else header


def refuse_untagged(request: Request) -> None:
    """PreconditionFailed if the request names versions of what has none: no tag matches it."""
    if _names_versions(request):
        raise PreconditionFailed(
            "There are no ETags here, so If-Match holds for none. Leave it out; what has a field version keeps to that."
        )


def check_if_match(request: Request, tag: str) -> None:
    """PreconditionFailed if the request names versions, and none of them is this one.

    A tag that something in between has made weak (a compressing proxy does) still names its version.
    """
    header = _names_versions(request)
    if not header:
        return
    named = {each.strip().removeprefix("W/").strip('"') for each in header.split(",")}
    if tag not in named:
        raise PreconditionFailed(
            "This was changed since you read it. Read it again, look at what is new, and send your change with the "
            f"ETag that you get: now it is {write_etag(tag)}."
        )
