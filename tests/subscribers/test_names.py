"""Names that people give: what cannot be seen is refused, what looks alike is told."""

import unicodedata

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from subscribers.names import find_twin, validate_visible

INVISIBLE = [
    " ", "\u00a0", "\u200b", "\u200c\u200d", "\u2060", "\ufeff", "\u202e\u202c", "\u2066\u2069", "\u00ad", "\u3164",
    "\u2800", "\u115f\u1160", "\uffa0", "\ufe0f", "\u034f", "\u180e", "\u3000\t\n", "\U000e0020", "\u2028", "\u0301",
]  # fmt: skip
TWINS = [
    ("Ulm", "ulm"), ("Straße", "STRASSE"), ("Caf\u00e9", "Cafe\u0301"), ("Gold", " Gold "), ("Gold  members", "Gold members"),
    ("Gold", "Go\u200bld"), ("Gold members", "Gold\u00a0members"), ("Οδυσσεύς", "ΟΔΥΣΣΕΎΣ"), ("Gold", "\u202dGold\u202c"),
]  # fmt: skip


@pytest.mark.parametrize("name", INVISIBLE, ids=ascii)
def test_a_name_in_which_nothing_can_be_seen_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="Nothing of this name can be seen"):
        validate_visible(name)


@pytest.mark.parametrize("name", ["a", "7", "%", "é", "ß", "日本", "🎄", "🇩🇪", "\u200fשלום", "क्‍ष", " x "])
def test_a_name_with_something_to_see_is_taken(name: str) -> None:
    validate_visible(name)


@given(
    st.text(
        st.characters(
            categories=["L", "N", "P", "S"], exclude_characters="\u115f\u1160\u2800\u3164\uffa0\U0001d159"
        ),
        min_size=1,
    )
)
def test_letters_digits_and_signs_are_always_seen(name: str) -> None:
    validate_visible(f"\u200b{name}")


@pytest.mark.parametrize(("one", "other"), TWINS)
def test_names_that_look_the_same_are_twins(one: str, other: str) -> None:
    assert find_twin(one, ["Something else", other]) == other
    assert find_twin(other, [one]) == one


def test_names_that_differ_are_none() -> None:
    assert find_twin("Gold", ["Golden", "Gold 2", "G old"]) is None


@given(st.text(min_size=1, max_size=10))
def test_a_name_is_the_twin_of_its_other_forms(name: str) -> None:
    assert find_twin(name, [unicodedata.normalize("NFD", name)]) is not None
