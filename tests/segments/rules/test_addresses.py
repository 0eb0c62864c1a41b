"""Addresses of pages are compared as people read them, in memory exactly as in the database."""

from random import Random
from urllib.parse import quote

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from segments.rules.addresses import decode_address
from segments.rules.text import fold, fold_address, fold_address_sql, fold_letters, fold_sql

DECODED = [
    pytest.param("https://a.example/gr%C3%B6%C3%9Fe/", "https://a.example/größe/", id="letters"),
    pytest.param("https://a.example/gr%c3%b6%c3%9fe/", "https://a.example/größe/", id="small-digits"),
    pytest.param("https://a.example/?q=red+shoes", "https://a.example/?q=red shoes", id="plus-in-the-query"),
    pytest.param("https://a.example/red+shoes", "https://a.example/red+shoes", id="plus-in-the-path"),
    pytest.param("https://a.example/a+b?c+d#e+f", "https://a.example/a+b?c d#e+f", id="plus-in-the-fragment"),
    pytest.param("https://a.example/#/s?q=a+b", "https://a.example/#/s?q=a+b", id="question-mark-in-the-fragment"),
    pytest.param("https://a.example/?q=1%2B1", "https://a.example/?q=1+1", id="encoded-plus"),
    pytest.param("https://a.example/a%2Fb", "https://a.example/a/b", id="encoded-slash"),
    pytest.param("https://a.example/100%25", "https://a.example/100%", id="encoded-percent"),
    pytest.param("https://a.example/a%2520b", "https://a.example/a%20b", id="encoded-twice-is-decoded-once"),
    pytest.param("https://a.example/%ZZ%1", "https://a.example/%ZZ%1", id="no-hexadecimal-digits"),
    pytest.param("https://a.example/%C3%20%B6", "https://a.example/%C3 %B6", id="halves-of-letters"),
    pytest.param("https://a.example/%ED%A0%80%C0%AF", "https://a.example/%ED%A0%80%C0%AF", id="no-utf-8"),
    pytest.param("https://a.example/a%00b", "https://a.example/a%00b", id="nul"),
    pytest.param("https://a.example/%F0%9F%98%80", "https://a.example/😀", id="emoji"),
    pytest.param("https://xn--mller-kva.example:80/", "https://müller.example:80/", id="host"),
    pytest.param("https://u@XN--MLLER-KVA.example", "https://u@müller.example", id="host-in-capitals"),
    pytest.param("https://a.example/xn--mller-kva", "https://a.example/xn--mller-kva", id="no-host-but-a-path"),
    pytest.param("https://xn--.xn--a-.xn--999999999.example/", "https://xn--.xn--a-.xn--999999999.example/", id="no-punycode"),
    pytest.param("/gr%C3%B6%C3%9Fe?q=a+b", "/größe?q=a b", id="without-a-host"),
]  # fmt: skip


@pytest.mark.parametrize(("address", "decoded"), DECODED)
def test_an_address_is_decoded_once(address: str, decoded: str) -> None:
    assert decode_address(address) == decoded


@pytest.mark.django_db
@pytest.mark.parametrize(("address", "decoded"), DECODED)
def test_the_database_decodes_alike(address: str, decoded: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {fold_address_sql('%s')}", [address])
        assert cursor.fetchone() == (fold_letters(decoded),)


PIECES = [
    "https://", "HTTP://u@", "app+x://", " https://", "://", "xn--mller-kva", "XN--MLLER-KVA", "xn--", "xn--a-", "xn--9", "--",
    "%C3%B6", "%c3%9F", "%", "%2", "%25", "%2520", "%2F", "%ZZ", "%00", "%0A", "%ED%A0%80", "%F0%9F%98%80", "%F0%9F%98",
    "%F4%90%80%80", "%E0%80%80", "%C0%80", "%E2%82%AC", "%C2%A0", "%20", "+", "+", "?", "?", "#", "&", "=", "/", ".", ":", "@",
    "a", "Ö", "e", "\u0301", "e%CC%81", " ", "\n", "\u00a0", "\U0001fae8", "%F0%9F%AB%A8", "ß",
]  # fmt: skip


@pytest.mark.django_db
@given(seed=st.integers(0, 2**32))
def test_whatever_an_address_is_made_of_both_read_it_alike(seed: int) -> None:
    chance = Random(seed)
    texts = ["".join(chance.choices(PIECES, k=chance.randrange(10))) for _ in range(150)]
    texts += [
        "https://xn--" + "".join(chance.choices("abcxyz0129-", k=chance.randint(1, 14))) for _ in range(50)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {fold_sql('t')}, {fold_address_sql('t')} FROM unnest(%s::text[]) WITH ORDINALITY AS given (t, n) ORDER BY n",
            [texts],
        )
        assert cursor.fetchall() == [(fold(text), fold_address(text)) for text in texts]


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="%\x00#?+")))
def test_what_a_browser_encodes_comes_back_as_it_was(text: str) -> None:
    assert decode_address(f"https://a.example/{quote(text)}") == f"https://a.example/{text}"
