"""The testers' side: scripted answers, and what was received."""

import time
from typing import Any

import pytest
import requests

from tests.pushservice.sender import Sender


def script(sender: Sender, token: str, answers: Any) -> requests.Response:
    return requests.put(f"{sender.origin}/control/answers/{token}", json=answers, timeout=10)


def received(sender: Sender, **query: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = requests.get(
        f"{sender.origin}/control/received", params=query, timeout=10
    ).json()
    return entries


def counts(sender: Sender) -> dict[str, Any]:
    totals: dict[str, Any] = requests.get(f"{sender.origin}/control/counts", timeout=10).json()
    return totals


def test_scripted_answers_are_given_in_order_and_then_normal_ones(sender: Sender) -> None:
    script(sender, "test-a", [{"status": 429, "headers": {"Retry-After": "2"}}, {"status": 503, "times": 2}])
    answers = [sender.push() for _ in range(4)]
    assert [answer.status_code for answer in answers] == [429, 503, 503, 201]
    assert answers[0].headers["Retry-After"] == "2"


def test_a_script_for_every_token_waits_for_the_tokens_own(sender: Sender) -> None:
    script(sender, "*", [{"status": 500}])
    script(sender, "test-a", [{"status": 410}])
    assert [sender.push().status_code for _ in range(3)] == [410, 500, 201]


def test_an_empty_script_brings_normal_answers_back(sender: Sender) -> None:
    script(sender, "test-a", [{"status": 500, "times": 9}])
    script(sender, "test-a", [])
    assert sender.push().status_code == 201


def test_an_answer_without_status_is_the_normal_one_but_late(sender: Sender) -> None:
    script(sender, "test-a", [{"delay": 0.3}])
    began = time.monotonic()
    assert sender.push(headers={"TTL": None}).status_code == 400
    assert time.monotonic() - began >= 0.3


@pytest.mark.parametrize(
    "answers",
    [
        {"status": 429},
        [{"status": 99}],
        [{"status": 429, "times": 0}],
        [{"delay": -1}],
        [{"statue": 429}],
        [{"status": 429, "headers": {"A": "b\r\nc"}}],
    ],
)
def test_a_script_that_cannot_be_understood_is_refused_with_the_reason(
    sender: Sender, answers: object
) -> None:
    response = script(sender, "test-a", answers)
    assert response.status_code == 400
    assert response.json()[0]["msg"]


def test_a_script_that_is_not_json_is_refused(sender: Sender) -> None:
    response = requests.put(f"{sender.origin}/control/answers/test-a", data=b"\xff{", timeout=10)
    assert response.status_code == 400


def test_what_was_received_is_listed_with_its_headers_and_answer(sender: Sender) -> None:
    sender.push(headers={"Urgency": "high"})
    sender.push(headers={"TTL": None})
    first, second = received(sender)
    assert first["token"] == "test-a"
    assert first["headers"]["urgency"] == "high"
    assert [first["status"], second["status"]] == [201, 400]


def test_the_list_can_be_narrowed_to_one_token(sender: Sender) -> None:
    sender.push()
    sender.push(f"{sender.origin}/push/test-b")
    assert [entry["token"] for entry in received(sender, token="test-b")] == ["test-b"]


def test_only_the_last_pushes_are_remembered_but_all_are_counted(sender: Sender) -> None:
    for number in range(7):
        sender.push(f"{sender.origin}/push/test-{number}")
    assert [entry["token"] for entry in received(sender)] == [f"test-{n}" for n in range(2, 7)]
    assert counts(sender)["received"] == 7
    assert counts(sender)["answers"] == {"201": 7}


def test_clearing_forgets_the_list_and_the_totals(sender: Sender) -> None:
    sender.push()
    requests.delete(f"{sender.origin}/control/received", timeout=10)
    assert received(sender) == []
    assert counts(sender)["received"] == 0


@pytest.mark.parametrize("fault", ["reset", "garbage"])
def test_a_scripted_fault_leaves_the_sender_without_an_answer(sender: Sender, fault: str) -> None:
    script(sender, "test-a", [{"fault": fault}])
    with pytest.raises(requests.ConnectionError):
        sender.push()
    assert received(sender)[0]["status"] is None
    assert sender.push().status_code == 201


def test_an_answer_that_never_comes_keeps_the_sender_waiting_until_it_hangs_up(sender: Sender) -> None:
    script(sender, "test-a", [{"fault": "never"}])
    with pytest.raises(requests.ReadTimeout):
        sender.push(timeout=0.3)
    assert received(sender)[0]["status"] is None


def test_an_answer_that_is_lost_was_given_all_the_same(sender: Sender) -> None:
    script(sender, "test-a", [{"fault": "lost"}])
    with pytest.raises(requests.ConnectionError):
        sender.push()
    assert received(sender)[0]["status"] == 201
