"""Whatever stands in the query of an address, the management door answers with a reason, never with a 500."""

import re
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from subscribers.models import Site
from tests.api.test_fuzz import list_doors
from tests.chance import count_cases, draw_chance

ODD = [
    "nul\0", "9" * 40, "-1", "1e400", "NaN", "x" * 3000, "2026-02-30", "24:61", "0001-01-01T00:00:00+23:59", "💥", "null", "", " ",
    "true", "1,2", "[]", "{}", "::1", "999.1.1.1", "%", "\\", "00000000-0000-0000-0000-00000000000g",
]  # fmt: skip
EACH_TIME = count_cases(8)


def list_queries() -> list[tuple[str, str]]:
    """Each parameter that the document tells of: at which address, and its name."""
    generator: Any = SchemaGenerator
    document = generator().get_schema(request=None, public=True)
    return [
        (path, parameter["name"])
        for path, operations in document["paths"].items()
        if path.startswith("/api/v1/")
        for parameter in operations.get("get", {}).get("parameters", [])
        if parameter["in"] == "query"
    ]


@pytest.mark.law
def test_odd_queries_are_answered_with_a_reason(client: APIClient, site: Site) -> None:
    numbers = {
        found[1]: found[2]
        for _, address, _ in list_doors(site)
        if (found := re.match(r".*/([a-z-]+)/(\d+)/", address))
    }
    dice, queries = draw_chance("queries"), list_queries()
    assert {"address", "seen_since", "cursor"} <= {name for _, name in queries}
    for path, name in queries:
        address = re.sub(r"\{\w+\}", numbers.get(path.split("/")[3], "1"), path)
        for value in ["Text", *dice.sample(ODD, min(EACH_TIME, len(ODD)))]:
            answer = client.get(address, {name: value})
            assert answer.status_code < 500, (address, name, value)
