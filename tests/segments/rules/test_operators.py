"""The table of operators: complete, and clear about which row an operand means."""

from decimal import Decimal
from typing import Any

import pytest

from segments.rules.operators import (
    KEYS,
    OPERATORS,
    Arity,
    Family,
    Operator,
    find_operator,
    find_positive,
    list_families,
    list_operators,
    resolve_operator,
    to_decimal,
)
from segments.rules.windows import Duration


def name(row: Operator) -> str:
    return f"{row.key}-{row.families[0]}"


def test_no_two_rows_answer_for_the_same_operator_and_family() -> None:
    pairs = [(row.key, family) for row in OPERATORS for family in row.families]

    assert len(pairs) == len(set(pairs))


@pytest.mark.parametrize("row", [row for row in OPERATORS if row.negates], ids=name)
def test_a_negated_operator_has_a_twin_with_the_same_operand(row: Operator) -> None:
    for family in row.families:
        twin = find_positive(row, family)

        assert (twin.key, twin.arity, twin.negates) == (row.negates, row.arity, "")


@pytest.mark.parametrize("row", [row for row in OPERATORS if not row.negates], ids=name)
def test_an_operator_is_its_own_positive(row: Operator) -> None:
    assert all(find_positive(row, family) is row for family in row.families)


@pytest.mark.parametrize(
    ("key", "value", "values", "family"),
    [
        pytest.param("equals", "5", None, Family.TEXT, id="text"),
        pytest.param("equals", 5, None, Family.NUMBER, id="number"),
        pytest.param("in", None, (1, 2.5), Family.NUMBER, id="numbers"),
        pytest.param("between", None, (1, 2), Family.NUMBER, id="two-numbers"),
        pytest.param(
            "between", None, ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"), Family.TIME, id="two-moments"
        ),
        pytest.param("within_last", Duration(days=1), None, Family.TIME, id="length-of-time"),
        pytest.param("includes_any", None, (1, "a"), Family.LIST, id="elements-of-both-kinds"),
        pytest.param("is_true", None, None, Family.BOOLEAN, id="nothing"),
    ],
)
def test_the_operand_settles_the_family(key: str, value: Any, values: Any, family: Family) -> None:
    assert resolve_operator(key, value, values) is find_operator(key, family)


@pytest.mark.parametrize(
    ("key", "value", "values", "sentence"),
    [
        ("equals", True, None, "“equals” needs one text in “value” or one number in “value”."),
        ("is_true", 1, None, "“is yes” needs no value."),
        ("in", None, ("a", 1), "“is one of” needs one or more of text in “values” or one or more of number in “values”."),
        ("between", None, (1, 2, 3), "“is between” needs two of number in “values” or two of moment (like 2026-11-21T10:00:00Z) in “values”."),
        ("within_last", 3, None, "“is within the last” needs a length of time in “value”, like {\"days\": 3}."),
    ],
)  # fmt: skip
def test_an_operand_that_fits_no_row_is_refused_with_those_that_would(
    key: str, value: Any, values: Any, sentence: str
) -> None:
    with pytest.raises(ValueError, match="needs") as caught:
        resolve_operator(key, value, values)

    assert str(caught.value) == sentence


@pytest.mark.parametrize("family", Family)
def test_every_family_can_be_asked_whether_there_is_a_value(family: Family) -> None:
    assert {"exists", "not_exists"} <= {row.key for row in list_operators(family)}


def test_an_operator_knows_the_families_it_works_on() -> None:
    assert list_families("between") == [Family.NUMBER, Family.TIME]
    assert list_families("exists") == list(Family)


def test_keys_are_listed_once() -> None:
    assert len(KEYS) == len(set(KEYS))


@pytest.mark.parametrize("row", [row for row in OPERATORS if row.arity is Arity.NONE], ids=name)
def test_an_operator_without_operand_says_none(row: Operator) -> None:
    assert "{x}" not in row.phrase


@pytest.mark.parametrize(
    ("number", "digits"), [(0.1, "0.1"), (1e16, "1E+16"), (-0.0, "0"), (2**63 - 1, "9223372036854775807")]
)
def test_numbers_are_compared_by_their_decimal_digits(number: float, digits: str) -> None:
    assert to_decimal(number) == Decimal(digits)
