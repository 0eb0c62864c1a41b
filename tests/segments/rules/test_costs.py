"""Which conditions are slow to count on a large site, and which are not."""

from typing import Any

import pytest

from segments.rules import parse_rule
from segments.rules.costs import list_costs
from segments.rules.lint import Remark
from tests.segments.rules.test_implications import asks, attribute, did, group

MONTHS: dict[str, Any] = {"within": {"last": {"days": 90}}}
IN_COLOUR: dict[str, Any] = {"where": [asks("contains", "red", property="colour")]}
IN_SHOP: dict[str, Any] = {"where": [asks("equals", "A", property="shop")]}
TOTAL: dict[str, Any] = asks(
    "at_least", 5, type="event_aggregate", event="buy", function="sum", property="price"
)
REPEAT: dict[str, Any] = {
    "type": "event_repeat",
    "event": "view",
    "property": "sku",
    "count": asks("at_least", 3),
}
STEPS: dict[str, Any] = {"type": "event_sequence", "steps": [{"event": "cart"}, {"event": "buy"}]}
PAGE: dict[str, Any] = {"type": "page_view", "url": asks("contains", "/sale/")}
CLICK: dict[str, Any] = {"type": "message", "activity": "clicked", "campaign": 3}


def list_for(node: dict[str, Any]) -> list[Remark]:
    rule = parse_rule({"version": 1, "root": node})
    return list_costs(rule, lambda event, name: name in {"url", "sku"})


@pytest.mark.parametrize(
    ("node", "said"),
    [
        pytest.param(STEPS, "put in order", id="steps-ever"),
        pytest.param(TOTAL, "every “buy” there ever was", id="a-total-ever"),
        pytest.param(REPEAT, "every “view” there ever was", id="repeats-ever"),
        pytest.param(did(**IN_SHOP), "every “visit” there ever was", id="tests-ever"),
        pytest.param(PAGE, "every “page view” there ever was", id="pages-ever"),
        pytest.param(CLICK, "every “click on a notification” there ever was", id="one-campaign-ever"),
        pytest.param(did(**IN_COLOUR, **MONTHS), "the text of each “visit”", id="a-pattern-over-months"),
        pytest.param(
            did(**IN_COLOUR, within={"since": "2026-01-01T00:00:00Z"}), "the text of each", id="a-pattern-since"
        ),
        pytest.param(attribute("in", [f"v{n}" for n in range(200)]), "200 values", id="many-values"),
        pytest.param(group("any", *(did(f"e{n}", **IN_SHOP, days=7) for n in range(6))), "6 conditions", id="many-ways"),
    ],
)  # fmt: skip
def test_what_is_slow_is_said_in_words(node: dict[str, Any], said: str) -> None:
    [remark] = list_for(node)

    assert remark.path == "root"
    assert said in remark.message


@pytest.mark.parametrize(
    "node",
    [
        pytest.param(did(times=5), id="how-often-ever"),
        pytest.param(did("visit", "at_most", 0), id="never"),
        pytest.param({"type": "message", "activity": "clicked"}, id="any-campaign-ever"),
        pytest.param(did(**IN_SHOP, **MONTHS), id="a-whole-value-over-months"),
        pytest.param(did(**IN_COLOUR, days=31), id="a-pattern-in-a-month"),
        pytest.param({**PAGE, **MONTHS}, id="a-pattern-in-a-column-of-its-own"),
        pytest.param({**STEPS, **MONTHS}, id="steps-in-a-window"),
        pytest.param({**TOTAL, **MONTHS}, id="a-total-in-a-window"),
        pytest.param(
            asks("within_last", {"days": 9}, type="event_recency", event="buy", occurrence="last"),
            id="the-last-time",
        ),
        pytest.param(attribute("contains", "x"), id="an-attribute"),
        pytest.param(attribute("in", [f"v{n}" for n in range(199)]), id="some-values"),
        pytest.param(group("all", *(did(f"e{n}") for n in range(6))), id="all-of-many"),
    ],
)
def test_what_is_quick_is_left_alone(node: dict[str, Any]) -> None:
    assert list_for(node) == []


def test_a_slow_condition_is_named_where_it_stands() -> None:
    [remark] = list_for(group("all", did(), group("none", STEPS)))

    assert remark.path == "root.conditions[1].conditions[0]"
