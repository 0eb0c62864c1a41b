"""What can be a customer's id, and the one form in which ids are kept."""

import unicodedata
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from subscribers.customer_ids import CustomerIdError, check_customer_id, clean_customer_id

BLANKS = [" ", "\t", "\n", "\u00a0", "\u200b", "\ufeff", "\u2028", "\u2800", "\u3164"]
LEFT_BY_PROGRAMS = [
    "undefined", "Undefined", "null", "NULL", "NaN", "nil", "None", "true", "false", "[object Object]",
    "[object Undefined]", "[object HTMLElement]", "object Object", "undefined undefined", "undefinedundefined",
    "undefined-undefined", "user-undefined", "user_null", '"undefined"', "'null'", "(null)", "<null>", "Infinity",
    "-Infinity", "[]", "{}", '{"id":5}', "function () { return 1 }", "() => id", "Symbol(x)", "Optional(nil)",
    "com.shop.User@1b2c3d4e", "<User object at 0x7f8a>", "#<User:0x000001>", "System.Object", "void 0",
]  # fmt: skip
LEFT_BY_TEMPLATES = [
    "{{ user.id }}", "{{user_id}}", "u-{{ id }}", "{{ customer.id | default: '' }}", "{% id %}", "<%= id %>", "<?= $id ?>",
    "${userId}", "user-${id}", "#{id}", "%USER_ID%", "%user.id%", "u-%USER_ID%", "%%SubscriberKey%%", "*|USER_ID|*", "[[id]]",
    "{id}", "{user_id}", "{0}", "{}", "<user_id>", "[USER_ID]", ":user_id", "$user_id", "__USER_ID__", "@@ID@@", "%s", "%(id)s",
]  # fmt: skip
NOBODY = [
    "anonymous", "Anonymous User", "guest", "guest_user", "unknown", "n/a", "N/A", "na", "#N/A", "#REF!", "#VALUE!", "not set",
    "(not set)", "0", "00", "-1", "0.0", "-", "--", "?", "...", '""', "00000000-0000-0000-0000-000000000000", "user_id",
    "USER-ID", "distinct_id", "your-user-id", "1.2345678901234568e+21", "1.23E+11", "1e+21",
]  # fmt: skip
REAL = [
    "u-42", "42", "1", "007", "+491511234567", "ann@shop.example", "Ann Müller", "José", "日本", "अनु", "می‌خواهم", "user_1",
    "guest-17", "anonymous-4711", "{3F2504E0-4F89-11D3-9A0C-0305E82C3301}", "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "1e5",
    "🔔", "nullable", "Null Island", "Nanette", "nina", "true-blue", "100%", "auth0|507c7f79bcf86cd7994f6c0e", "=SUM(1)", "-5",
    "@ann", "#42", "$ann", "none@shop.example", "000123", "test", "admin", "a", "C++", "O'Neil", "[Bob]1", "12,5", "a%20b",
    "NULL-42", "deadbeef@cafe", "https://x.example/u/42", "abc==", "eyJhbGciOiJIUzI1NiJ9.e30.x", "nobody",
]  # fmt: skip


@pytest.mark.parametrize(
    "text", [*LEFT_BY_PROGRAMS, *LEFT_BY_TEMPLATES, *NOBODY, *BLANKS, "", " undefined\n"]
)
def test_what_stands_for_nobody_is_refused_in_a_sentence_that_says_what_would_be_right(text: str) -> None:
    with pytest.raises(CustomerIdError, match=r"send |your own customer's id"):
        check_customer_id(text)


@pytest.mark.parametrize("text", REAL)
def test_what_a_shop_may_call_its_customers_is_taken_as_it_is(text: str) -> None:
    assert check_customer_id(text) == text


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=20), st.sampled_from(["", *BLANKS]))
@example("Jose\u0301", "")
@example("\u1112\u1161\u11ab", " ")
def test_ids_that_look_the_same_are_one_id(text: str, blank: str) -> None:
    forms = [
        text,
        unicodedata.normalize("NFC", text),
        unicodedata.normalize("NFD", text),
        f"{blank}{text}{blank}",
    ]

    kept = {clean_customer_id(form) for form in forms}

    assert len(kept) == 1
    (value,) = kept
    assert clean_customer_id(value) == value == unicodedata.normalize("NFC", value)


def test_an_id_of_any_shape_is_judged_in_no_time() -> None:
    for text in [
        "(" * 200,
        '["' * 100,
        "a, " * 66,
        "@" * 200,
        "%" + "id" * 99,
        "<" + "a:" * 99,
        "$" + "id" * 99 + "!",
    ]:
        with suppress(CustomerIdError):
            check_customer_id(text)


def test_case_tells_customers_apart() -> None:
    assert clean_customer_id("Ann") != clean_customer_id("ann")
