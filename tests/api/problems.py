"""Reading the errors of the management API (RFC 9457)."""

from collections import defaultdict
from typing import Any


def list_wrong(response: Any) -> dict[str, list[str]]:
    """What is wrong by place: `variants/1/title` in a body, `page_size` in an address, empty for the whole."""
    problem = response.json()
    assert response.headers["Content-Type"] == "application/problem+json"
    assert problem["status"] == response.status_code
    found: defaultdict[str, list[str]] = defaultdict(list)
    for error in problem["errors"]:
        place = error.get("parameter") or error.get("pointer", "").removeprefix("#").lstrip("/")
        found[place].append(error["detail"])
    return dict(found)


def list_fields(response: Any) -> set[str]:
    """The fields or parameters that something is wrong with."""
    return {place.split("/")[0] for place in list_wrong(response)}
