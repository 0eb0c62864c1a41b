"""Environment variables are read by type, and nonsense is refused by name."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.env import read_bool, read_int, read_list, read_text


def test_what_is_not_set_has_its_default() -> None:
    assert read_text("NOT_SET", "x") == "x"
    assert read_int("NOT_SET", 7) == 7
    assert read_bool("NOT_SET", default=True) is True
    assert read_list("NOT_SET", "a, b") == ["a", "b"]


@pytest.mark.parametrize(("raw", "expected"), [("1", True), ("yes", True), ("Off", False), ("", False)])
def test_yes_and_no_are_understood_in_several_ways(
    monkeypatch: pytest.MonkeyPatch, raw: str, expected: bool
) -> None:
    monkeypatch.setenv("SOME_SWITCH", raw)

    assert read_bool("SOME_SWITCH") is expected


@pytest.mark.parametrize("raw", ["many", "1.5", "-1"])
def test_a_number_that_is_none_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, raw: str) -> None:
    monkeypatch.setenv("SOME_NUMBER", raw)

    with pytest.raises(ImproperlyConfigured, match="SOME_NUMBER"):
        read_int("SOME_NUMBER", 1)


def test_a_switch_that_is_neither_on_nor_off_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_SWITCH", "perhaps")

    with pytest.raises(ImproperlyConfigured, match="SOME_SWITCH"):
        read_bool("SOME_SWITCH")
