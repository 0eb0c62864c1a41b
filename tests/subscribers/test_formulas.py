"""Files that go out to spreadsheets come back in as they went."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.formulas import SIGNS, guard_text, take_guard_off

BEGINNINGS = st.text(alphabet=["'", "=", "+", "-", "@", "\t", "\r", "\n", "＝", "a", "1"], max_size=5)


@given(BEGINNINGS)
def test_the_guard_comes_off_as_it_went_on(text: str) -> None:
    assert take_guard_off(guard_text(text)) == text
    assert not guard_text(text).startswith(SIGNS)


@pytest.mark.parametrize("text", ["'tis", "'", "''", "it's", "u-1", ""])
def test_an_apostrophe_that_guards_nothing_stays(text: str) -> None:
    assert guard_text(text) == take_guard_off(text) == text
