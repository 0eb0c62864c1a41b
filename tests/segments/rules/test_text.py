"""Text is compared in one normal form, and by patterns of `*`, `|` and `+`, in Python exactly as in PostgreSQL."""

import time
import unicodedata
from random import Random

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from segments.rules.sql import Fragment
from segments.rules.text import BLANKS, fold, fold_sql, parse_pattern

EVERY_CODE_POINT = [chr(code) for code in range(1, 0x110000) if not 0xD800 <= code <= 0xDFFF]
# Marks that change places and melt into letters, letters made of several, and what neither side may touch: letters younger
# than Unicode 14, and code points that are no letters.
MARKS = [char for char in EVERY_CODE_POINT if unicodedata.combining(char)]
COMPOSED = [char for char in EVERY_CODE_POINT if not unicodedata.is_normalized("NFD", char)]
JAMO = [*map(chr, range(0x1100, 0x1200)), "가", "각", "힣"]
LETTERS = list("aAeEiIoOuUsSkKαΑωΩιΙΣςσßẞİıŉǰᾳÅ\u212b\u212aﬁ\u3099ガ")
YOUNG = list(
    "\u1c89\ua7cb\u0897\U00010d50\U000105d2\U000113c5\U00016d63\U00016d67\U0001611e\U0001fae8\uffff\U0010ffff"
)


def read_folded(texts: list[str]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {fold_sql('t')} FROM unnest(%s::text[]) WITH ORDINALITY AS given (t, n) ORDER BY n",
            [texts],
        )
        return [folded for (folded,) in cursor.fetchall()]


@pytest.mark.slow
@pytest.mark.django_db
def test_every_code_point_has_the_same_form_in_python_as_in_postgresql() -> None:
    differ = [
        char
        for char, folded in zip(EVERY_CODE_POINT, read_folded(EVERY_CODE_POINT), strict=True)
        if fold(char) != folded
    ]

    assert differ == []


@pytest.mark.django_db
@given(seed=st.integers(0, 2**32))
def test_every_sequence_of_code_points_has_the_same_form(seed: int) -> None:
    chance = Random(seed)
    kinds = [MARKS, COMPOSED, JAMO, LETTERS, LETTERS, YOUNG, list(BLANKS), EVERY_CODE_POINT]
    texts = [
        "".join(chance.choice(chance.choice(kinds)) for _ in range(chance.randrange(9))) for _ in range(300)
    ]

    assert read_folded(texts) == list(map(fold, texts))


@given(st.text(st.sampled_from([*LETTERS, *YOUNG, *JAMO[::9], *MARKS[::40], *BLANKS])))
def test_texts_that_look_the_same_are_the_same(text: str) -> None:
    folded = fold(text)

    assert fold(folded) == folded
    assert fold(f"\u00a0 {text}\n\u3000") == folded
    if not set(text) & set(YOUNG):
        for form in ("NFC", "NFD"):
            assert fold(unicodedata.normalize(form, text)) == folded


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        pytest.param("GOLD", "gold", id="ascii"),
        pytest.param("ÄÖÜ", "äöü", id="umlauts"),
        pytest.param("a\u0308", "ä", id="decomposed"),
        pytest.param("İstanbul", "i\u0307stanbul", id="dotted-capital-i"),
        pytest.param("ΟΔΟΣ", "οδοσ", id="capital-sigma"),
        pytest.param("οδος", "οδοσ", id="final-sigma"),
        pytest.param("STRAẞE", "strasse", id="capital-sharp-s"),
        pytest.param("straße", "strasse", id="sharp-s"),
        pytest.param("ı", "ı", id="dotless-i-stays"),
        pytest.param("\u1100\u1161\u11a8", "각", id="jamo"),
        pytest.param("ＧＯＬＤ", "ｇｏｌｄ", id="full-width-letters-are-letters-of-their-own"),
        pytest.param("\u212b", "å", id="angstrom"),
        pytest.param(" Ulm\t", "ulm", id="blanks-at-the-ends"),
        pytest.param("\u00a0Ulm\u3000\u200b\ufeff", "ulm", id="blanks-of-all-kinds"),
        pytest.param("Bad  Ems", "bad  ems", id="blanks-inside"),
        pytest.param("نمی\u200cخواهم", "نمی\u200cخواهم", id="joiners-are-no-blanks"),
        pytest.param("Größe \U0001fae8 STRAẞE", "grösse \U0001fae8 strasse", id="beside-what-is-younger"),
        pytest.param(" ", "", id="nothing-but-blanks"),
        pytest.param("https://A.example/Gr%C3%B6%C3%9Fe%20", "https://a.example/grösse", id="address"),
    ],
)
def test_the_one_form_of_a_text(text: str, folded: str) -> None:
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
