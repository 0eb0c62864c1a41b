"""Who may push: a token signed by its key, for this origin, not expired (RFC 8292)."""

import time

import pytest

from tests.pushservice.sender import Sender, encode


def test_a_push_without_credentials_is_asked_for_them(sender: Sender) -> None:
    response = sender.push(headers={"Authorization": None})
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "vapid"


def test_another_authorization_scheme_is_asked_for_vapid(sender: Sender) -> None:
    assert sender.push(headers={"Authorization": "Bearer abc"}).status_code == 401


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"aud": "https://push.example"}, "aud"),
        ({"exp": int(time.time()) - 1}, "expired"),
        ({"exp": int(time.time()) + 25 * 3600}, "24 hours"),
        ({"exp": "soon"}, "exp"),
        ({"exp": 10**30}, "exp"),
    ],
)
def test_a_token_for_another_origin_or_time_is_forbidden(
    sender: Sender, claims: dict[str, object], reason: str
) -> None:
    response = sender.push(headers={"Authorization": sender.sign(**claims)})
    assert response.status_code == 403
    assert reason in response.text


def test_a_token_signed_by_another_key_than_k_is_forbidden(sender: Sender) -> None:
    stranger = Sender(sender.origin)
    forged = stranger.sign().replace(stranger.public_key, sender.public_key)
    response = sender.push(headers={"Authorization": forged})
    assert response.status_code == 403
    assert "signature" in response.text


@pytest.mark.parametrize(
    "credentials", ["", "t=a", "k=a", "t=,k=", "t=a,k=b", "t=a.b.c,k=é", f"t=a.b.{encode(bytes(64))},k=b"]
)
def test_credentials_that_make_no_sense_are_forbidden(sender: Sender, credentials: str) -> None:
    assert sender.push(headers={"Authorization": f"vapid {credentials}"}).status_code in {401, 403}


def test_one_token_serves_for_many_pushes(sender: Sender) -> None:
    header = sender.sign()
    assert [sender.push(headers={"Authorization": header}).status_code for _ in range(3)] == [201] * 3
