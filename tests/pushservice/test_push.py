"""The application servers' side: what is taken, and what is refused with which status."""

from base64 import urlsafe_b64decode

import pytest
import requests

from tests.pushservice.sender import Sender


def test_a_good_push_is_created_with_an_address_and_its_ttl(sender: Sender) -> None:
    response = sender.push(headers={"TTL": "60"})
    assert response.status_code == 201
    assert response.headers["Location"].startswith(f"{sender.origin}/message/")
    assert response.headers["TTL"] == "60"


def test_a_ttl_beyond_four_weeks_is_shortened_and_the_answer_says_so(sender: Sender) -> None:
    assert sender.push(headers={"TTL": "9999999999"}).headers["TTL"] == str(28 * 24 * 3600)


@pytest.mark.parametrize("ttl", [None, "", "soon", "-1", "1.5", "٣", "9" * 5000])
def test_a_ttl_that_is_missing_or_not_whole_seconds_is_refused(sender: Sender, ttl: str | None) -> None:
    header = ttl.encode().decode("latin-1") if ttl else ttl
    response = sender.push(headers={"TTL": header})
    assert response.status_code == 400
    assert "TTL" in response.text


def test_a_body_of_4096_bytes_is_taken_and_one_more_is_not(sender: Sender) -> None:
    assert sender.push(body=b"x" * 4096).status_code == 201
    assert sender.push(body=b"x" * 4097).status_code == 413


def test_a_body_far_too_large_is_refused(sender: Sender) -> None:
    assert sender.push(body=b"x" * 3_000_000).status_code == 413


def test_a_push_without_a_body_needs_no_content_encoding(sender: Sender) -> None:
    assert sender.push(body=b"", headers={"Content-Encoding": None}).status_code == 201


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Content-Encoding", "aesgcm"),
        ("Content-Encoding", None),
        ("Urgency", "extreme"),
        ("Topic", "x" * 33),
        ("Topic", "a b"),
    ],
)
def test_a_header_that_web_push_does_not_know_is_refused_by_name(
    sender: Sender, header: str, value: str | None
) -> None:
    response = sender.push(headers={header: value})
    assert response.status_code == 400
    assert header in response.text


@pytest.mark.parametrize("host", ["", "push.example:99999999"])
def test_a_host_that_makes_no_url_is_refused(sender: Sender, host: str) -> None:
    assert sender.push(headers={"Host": host}).status_code == 400


def test_a_body_that_is_not_in_the_encoding_it_names_is_refused(sender: Sender) -> None:
    assert sender.push(body=b"not gzip", headers={"Content-Encoding": "gzip"}).status_code == 400


def test_demo_and_test_tokens_are_sinks_and_others_unknown(sender: Sender) -> None:
    statuses = [
        sender.push(f"{sender.origin}/push/{token}").status_code for token in ("demo-1", "test-1", "x-1")
    ]
    assert statuses == [201, 201, 404]
    assert requests.get(f"{sender.origin}/control/counts", timeout=10).json()["sunk"] == 2


def test_the_body_is_received_byte_for_byte(sender: Sender) -> None:
    body = bytes(range(256))
    sender.push(body=body)
    (received,) = requests.get(f"{sender.origin}/control/received", timeout=10).json()
    assert urlsafe_b64decode(received["body"] + "==") == body
