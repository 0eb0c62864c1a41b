"""Numbers stand in sentences in plain digits, however large or small they are."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segments.rules import Names, describe_rule, parse_rule


def say(root: dict[str, Any]) -> str:
    return describe_rule(parse_rule({"version": 1, "root": root}), Names())


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (-1e21, "-1,000,000,000,000,000,000,000"),
        (1e16, "10,000,000,000,000,000"),
        (1e-7, "0.0000001"),
        (9007199254740993, "9,007,199,254,740,993"),
        (1299.5, "1,299.5"),
    ],
)
def test_a_number_is_said_in_all_its_digits(number: float, said: str) -> None:
    sentence = say({"type": "attribute", "key": "spent", "operator": "at_least", "value": number})
    assert sentence == f"Subscribers whose spent is at least {said}."


@given(st.floats(-1e30, 1e30) | st.integers(-(10**30), 10**30))
def test_no_number_is_said_with_an_exponent(number: float) -> None:
    sentence = say({"type": "attribute", "key": "spent", "operator": "at_least", "value": number})
    written = sentence.removeprefix("Subscribers whose spent is at least ").removesuffix(".")
    assert "e" not in written.lower()
    assert float(written.replace(",", "")) == float(number)


def test_lengths_of_time_and_radiuses_are_not_rounded() -> None:
    window = {"last": {"minutes": 1234567}}
    assert "in the last 1234567 minutes" in say({"type": "event", "event": "visit", "within": window})
    near = {"type": "location", "near": {"lat": 1, "lon": 2}, "radius": {"km": 1234.5678}}
    assert "within 1234.5678 km" in say(near)
