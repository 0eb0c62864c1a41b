"""What is an address: RFC 5321, and RFC 6531 for letters of all scripts."""

import pytest

from subscribers.emails import clean_email, is_email

ADDRESSES = [
    "ann@shop.example", "o'neil+x@a.co", '"a b"@x.example', "user@xn--bcher-kva.example", "a@b.c", "josé@x.example",
    "ünï@köln.example", "用户@例子.公司", "δοκιμή@παράδειγμα.δοκιμή", "अजय@डाटा.भारत", "عربي@مثال.السعودية",
    "чебурашка@ящик-с-апельсинами.рф", " ann@shop.example\n",
]  # fmt: skip
NO_ADDRESSES = [
    "", "no address", "n/a", "@x.example", "a@", "a@b", "a b@x.example", "a@x..example", "a@-x.example", ".a@x.example",
    "a.@x.example", "a..b@x.example", "a@x.example, b@x.example", "a@b@c.example", "Ann <a@x.example>", "a@x.123",
    "a@[127.0.0.1]", "é" * 33 + "@x.example", "mailto:a@x.example", "a\u2028b@x.example", "a@" + "x" * 64 + ".example",
    "a" * 250 + "@x.example", "a@ex ample.com", "undefined@",
]  # fmt: skip


@pytest.mark.parametrize("text", ADDRESSES)
def test_an_address_in_any_script_is_an_address(text: str) -> None:
    assert is_email(clean_email(text))


@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_what_no_mail_can_reach_is_none(text: str) -> None:
    assert not is_email(clean_email(text))


def test_composed_and_decomposed_letters_are_one_address() -> None:
    assert clean_email("jose\u0301@x.example") == clean_email("josé@x.example")
