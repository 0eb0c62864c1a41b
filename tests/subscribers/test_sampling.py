"""Values of attributes, as people read them."""

from typing import Any

import pytest

from subscribers.sampling import show_value


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (True, "yes"),
        (2450.0, "2450"),
        (["a", 1.5], "a, 1.5"),
        ([], "(empty)"),
        (None, "(none)"),
        ("2026-11-21", "2026-11-21"),
        ("2026-11-21T10:00:00.000000Z", "21 Nov 2026, 10:00 UTC"),
        ("2026-11-21T10:00 ", "21 Nov 2026, 10:00 UTC"),
        ("2026-11-21T10:00:00+05:00", "21 Nov 2026, 05:00 UTC"),
        (["2026-11-21T10:00\n"], "21 Nov 2026, 10:00 UTC"),
    ],
)
def test_a_value_is_shown_as_people_read_it(value: Any, shown: str) -> None:
    assert show_value(value) == shown
