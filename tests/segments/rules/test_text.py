"""Text is compared without regard to case, and by patterns of `*`, `|` and `+`, in Python exactly as in PostgreSQL."""

import time
import unicodedata

import pytest
from django.db import connection

from segments.rules.sql import Fragment
from segments.rules.text import fold, fold_sql, parse_pattern


@pytest.mark.django_db
def test_every_character_folds_in_python_as_in_postgresql() -> None:
    query = (
        f"SELECT i, {fold_sql('chr(i)')} FROM generate_series(1, 1114111) AS i"
        " WHERE i NOT BETWEEN 55296 AND 57343"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        folded = {chr(code): lower for code, lower in cursor.fetchall()}

    # Letters that Python does not know yet cannot be told apart from no letters.
    known = {char: lower for char, lower in folded.items() if unicodedata.category(char) != "Cn"}
    assert {char: lower for char, lower in known.items() if fold(char) != lower} == {}


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        pytest.param("GOLD", "gold", id="ascii"),
        pytest.param("ÄÖÜ", "äöü", id="umlauts"),
        pytest.param("İstanbul", "istanbul", id="dotted-capital-i"),
        pytest.param("ΟΔΟΣ", "οδοσ", id="final-sigma-is-no-exception"),
        pytest.param("STRAẞE", "straße", id="sharp-s"),
        pytest.param("ı", "ı", id="dotless-i-stays"),
    ],
)
def test_folding_is_the_lower_case_of_each_character(text: str, folded: str) -> None:
    assert fold(text) == folded


PATTERNS = [
    pytest.param("sale", "the sale today", True, id="anywhere"),
    pytest.param("SALE", "the sale today", True, id="case-does-not-matter"),
    pytest.param("sale", "sal", False, id="longer-than-the-text"),
    pytest.param("a*c", "xabbbcx", True, id="star-is-any-run"),
    pytest.param("a*c", "xacx", True, id="star-may-be-empty"),
    pytest.param("a*c", "ca", False, id="star-keeps-the-order"),
    pytest.param("*", "", True, id="star-alone"),
    pytest.param("**", "anything", True, id="two-stars"),
    pytest.param("aba*ba", "abaxba", True, id="runs-do-not-overlap"),
    pytest.param("aba*ba", "aba", False, id="runs-cannot-share-letters"),
    pytest.param("red|blue", "a blue one", True, id="either"),
    pytest.param("red|blue", "a green one", False, id="neither"),
    pytest.param("red+blue", "blue and red", True, id="both-in-any-order"),
    pytest.param("red+blue", "red alone", False, id="both-are-needed"),
    pytest.param("a+b|c", "c", True, id="plus-binds-tighter-than-bar"),
    pytest.param(r"10\*", "10*2", True, id="escaped-star"),
    pytest.param(r"10\*", "1002", False, id="escaped-star-is-a-star"),
    pytest.param(r"a\|b", "a|b", True, id="escaped-bar"),
    pytest.param(r"c\+\+", "c++", True, id="escaped-plus"),
    pytest.param("\\\\", "a\\b", True, id="escaped-backslash"),
    pytest.param("\\", "a\\b", True, id="backslash-at-the-end"),
    pytest.param("100%", "100 percent", False, id="percent-is-a-letter"),
    pytest.param("a_b", "axb", False, id="underscore-is-a-letter"),
    pytest.param("a.b", "axb", False, id="dot-is-a-letter"),
    pytest.param("a*b", "a\nb", True, id="star-crosses-lines"),
]


@pytest.mark.parametrize(("pattern", "text", "expected"), PATTERNS)
def test_a_pattern_finds_its_parts_anywhere(pattern: str, text: str, expected: bool) -> None:
    assert parse_pattern(pattern).matches(text) is expected


@pytest.mark.django_db
@pytest.mark.parametrize(("pattern", "text", "expected"), PATTERNS)
def test_a_pattern_means_the_same_in_sql(pattern: str, text: str, expected: bool) -> None:
    condition = parse_pattern(pattern).to_sql().place(Fragment("given.v"))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {condition.text} FROM (VALUES (%s)) AS given (v)", [*condition.params, text])
        assert cursor.fetchone() == (expected,)


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        pytest.param("a*c", "abc", True, id="from-end-to-end"),
        pytest.param("a*c", "abcd", False, id="more-behind"),
        pytest.param("a*c", "xabc", False, id="more-before"),
        pytest.param("abc", "abc", True, id="no-star"),
        pytest.param("aa*aa", "aaa", False, id="ends-do-not-overlap"),
        pytest.param("*", "", True, id="star-alone"),
        pytest.param("a|b*", "bcd", True, id="each-alternative-is-tied"),
        pytest.param("a\nb", "a\nb\n", False, id="no-leniency-for-a-last-newline"),
    ],
)
def test_a_pattern_tied_to_both_ends_is_the_whole_text(pattern: str, text: str, expected: bool) -> None:
    assert parse_pattern(pattern, starts=True, ends=True).matches(text) is expected


@pytest.mark.parametrize(
    ("starts", "ends", "text", "expected"),
    [
        pytest.param(True, False, "ab at the start", True, id="starts"),
        pytest.param(True, False, "not ab", False, id="does-not-start"),
        pytest.param(False, True, "ends in ab", True, id="ends"),
        pytest.param(False, True, "ab no", False, id="does-not-end"),
    ],
)
def test_a_pattern_may_be_tied_to_one_end(starts: bool, ends: bool, text: str, expected: bool) -> None:
    assert parse_pattern("ab", starts=starts, ends=ends).matches(text) is expected


@pytest.mark.parametrize("pattern", ["|", "+", "a|", "|a", "a||b", "a+", "+a", "a+|b"])
def test_a_sign_with_nothing_beside_it_is_refused_with_a_way_out(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"There must be some text on both sides of \| and \+"):
        parse_pattern(pattern)


def test_no_pattern_is_slow_however_many_stars_it_has() -> None:
    began = time.monotonic()

    assert parse_pattern("a*" * 200 + "b").matches("a" * 2000) is False

    assert (
        time.monotonic() - began < 0.5
    )  # a backtracking matcher would need longer than the universe has lasted
