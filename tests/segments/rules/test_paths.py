"""Names of properties that lead into objects and lists."""

from typing import Any

import pytest

from segments.rules import RuleError, parse_rule
from segments.rules.paths import find_values

ORDER: dict[str, Any] = {
    "price": 5,
    "cart": {"total": 10, "owner": {"name": "Ann"}},
    "items": [{"sku": "a", "price": 1}, {"sku": "b"}, "loose", None],
    "sizes": [42, "43"],
    "rows": [[1, 2], [3], 4],
    "orders": [{"lines": [{"sku": "x"}]}, {"lines": "none"}, {"lines": [{"sku": "y"}, {}]}],
    "ship.to": "Ulm",
    "tags[]": "as PHP sends them",
    "0": {"a": 1},
}


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("price", [5]),
        ("cart.total", [10]),
        ("cart.owner.name", ["Ann"]),
        ("cart.missing", []),
        ("cart", [ORDER["cart"]]),
        ("items[].sku", ["a", "b"]),
        ("items[]", ORDER["items"]),
        ("items.sku", []),
        ("sizes[]", [42, "43"]),
        ("sizes[].a", []),
        ("rows[][]", [1, 2, 3]),
        ("orders[].lines[].sku", ["x", "y"]),
        ("price[]", []),
        ("price.a", []),
        ("ship.to", ["Ulm"]),
        ("tags[]", ["as PHP sends them"]),
        ("0.a", [1]),
        ("sizes.0", []),
        ("missing", []),
        ("[]", []),
        (".", []),
    ],
)
def test_a_name_leads_to_what_lies_there(name: str, found: list[Any]) -> None:
    assert find_values(ORDER, name) == found


def test_a_key_that_is_written_just_so_is_meant_first() -> None:
    assert find_values({"cart.total": None, "cart": {"total": 1}}, "cart.total") == [None]
    assert find_values({"items[].sku": "x", "items": [{"sku": "a"}]}, "items[].sku") == ["x"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("cart..total", "A path has a name between its dots, like cart.total."),
        (".cart.total", "A path has a name between its dots, like cart.total."),
        ("cart.total.", "A path has a name between its dots, like cart.total."),
        ("items.[].sku", "A path has a name between its dots, like cart.total."),
        ("items[0].sku", "Any element of a list is written with [], like items[].sku; no other brackets are read."),
        ("items[*].sku", "Any element of a list is written with [], like items[].sku; no other brackets are read."),
        ("items[.sku", "Any element of a list is written with [], like items[].sku; no other brackets are read."),
        ("a.items[]b", "Any element of a list is written with [], like items[].sku; no other brackets are read."),
    ],
)  # fmt: skip
def test_what_can_be_no_path_is_refused_with_what_would_be_right(name: str, message: str) -> None:
    where = {"property": name, "operator": "exists"}

    with pytest.raises(RuleError) as refused:
        parse_rule({"version": 1, "root": {"type": "event", "event": "purchase", "where": [where]}})

    assert [(each.path, each.message) for each in refused.value.problems] == [
        ("root.where[0].property", message)
    ]


@pytest.mark.parametrize("name", ["No.", "$price", "items[0]", "a b", "[]", "Größe", "...", "v1.2", "tags[]"])
def test_names_that_are_only_odd_are_names(name: str) -> None:
    parse_rule({"version": 1, "root": {"type": "attribute", "key": name, "operator": "exists"}})
