"""Delivery tokens name one delivery and cannot be made up."""

from collections.abc import Callable

import pytest
from django.core.signing import Signer
from hypothesis import given
from hypothesis import strategies as st

from campaigns.tokens import DeliveryKey, InvalidTokenError, read_token, sign_token

ids = st.integers(1, 2**63 - 1)


@given(ids, ids, ids)
def test_a_token_names_its_delivery(campaign: int, occurrence: int, subscriber: int) -> None:
    key = DeliveryKey(campaign, occurrence, subscriber)
    assert read_token(sign_token(key)) == key


@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: "9" + t, lambda t: t.upper(), lambda t: ""])
def test_a_changed_token_is_refused(change: Callable[[str], str]) -> None:
    with pytest.raises(InvalidTokenError):
        read_token(change(sign_token(DeliveryKey(1, 1, 1))))


@given(st.text())
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(InvalidTokenError):
        read_token(text)


def test_what_was_signed_for_another_purpose_is_refused() -> None:
    with pytest.raises(InvalidTokenError):
        read_token(Signer(salt="something else").sign("1.1.1"))
