"""Values find their types: the first one suggests it, later ones are brought into it or refused."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segments.rules import facts
from segments.rules.operators import Family
from subscribers.attribute_values import AttributeValueError, coerce_value, guess_type

EARLIEST = dt.datetime(1900, 1, 1)  # noqa: DTZ001  # the zone is drawn
LATEST = dt.datetime(2199, 12, 30)  # noqa: DTZ001 - hypothesis adds the zone


@pytest.mark.parametrize(
    ("value", "type_"),
    [
        (True, "boolean"),
        (2450, "number"),
        (0.5, "number"),
        ("gold", "text"),
        ("2450", "text"),
        ("", "text"),
        ("2026-11-21", "text"),
        ("2026-11-21T10:00:00Z", "time"),
        ("2026-11-21 10:00", "time"),
        ("2026-13-41T10:00:00Z", "text"),
        ("2026-11-21T10:00 or so", "text"),
        (["a", "b"], "list"),
    ],
)
def test_the_first_value_suggests_the_type(value: Any, type_: str) -> None:
    assert guess_type(value) == type_


@pytest.mark.parametrize(
    ("value", "type_", "coerced"),
    [
        ("2450", "number", 2450),
        (" -12.50 ", "number", -12.5),
        ("1e3", "number", 1000.0),
        (7, "number", 7),
        (2450, "text", "2450"),
        (24.5, "text", "24.5"),
        (2450.0, "text", "2450"),
        (True, "text", "true"),
        ("Yes", "boolean", True),
        (0, "boolean", False),
        ("false", "boolean", False),
        ("2026-11-21T11:00:00+01:00", "time", "2026-11-21T10:00:00.000000Z"),
        ("2026-11-21", "time", "2026-11-21T00:00:00.000000Z"),
        (["a", 1, True], "list", ["a", "1", "true"]),
        ("running", "list", ["running"]),
    ],
)
def test_a_value_is_brought_into_its_type(value: Any, type_: str, coerced: Any) -> None:
    result = coerce_value(value, type_)

    assert (result, type(result)) == (coerced, type(coerced))


@pytest.mark.parametrize(
    ("value", "type_", "wanted"),
    [
        ("a lot", "number", "a number"),
        ("", "number", "a number"),
        ("1,5", "number", "a number"),
        ("NaN", "number", "a number"),
        ("٣", "number", "a number"),
        ("9" * 400, "number", "a number"),
        (True, "number", "a number"),
        (["a"], "number", "a number"),
        ("maybe", "boolean", "true or false"),
        (2, "boolean", "true or false"),
        ("soon", "time", "a date and time"),
        (1700000000, "time", "a date and time"),
        ("0001-01-01T00:00:00+14:00", "time", "a date and time"),
        (["a"], "text", "text"),
        ([["a"]], "list", "a list of texts"),
        ({"a": 1}, "list", "a list of texts"),
    ],
)
def test_a_value_that_fits_no_way_is_refused_with_what_would(value: Any, type_: str, wanted: str) -> None:
    with pytest.raises(AttributeValueError, match=f"^needs {wanted}"):
        coerce_value(value, type_)


@given(st.datetimes(min_value=EARLIEST, max_value=LATEST, timezones=st.timezones()))
def test_a_moment_is_kept_in_the_form_that_rules_compare(instant: dt.datetime) -> None:
    kept = coerce_value(instant.isoformat(), "time")

    assert kept == facts.write_instant(instant)
    assert facts.read_json(kept, Family.TIME) == kept
