"""What passes the check before a launch fits into a push when it is sent, whoever it is for."""

import json
from bisect import bisect_left
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.models import Campaign
from campaigns.rendering import (
    LONGEST_TOKEN,
    LONGEST_TOPIC,
    MAX_PAYLOAD,
    RenderingError,
    check_message,
    compile_message,
    find_topic,
)
from campaigns.tokens import DeliveryKey, sign_token
from tests.factories import NOW

BIGGEST = DeliveryKey(2**63 - 1, 2**31 - 1, 2**63 - 1)
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="{}%"), max_size=1200)


def measure(campaign: Campaign, values: dict[str, Any], key: DeliveryKey = BIGGEST) -> int:
    message = compile_message(campaign).fill(
        values, clock=NOW, token=sign_token(key), tag=find_topic(campaign, key.occurrence)
    )
    return len(message.to_payload())


def test_no_topic_and_no_token_are_longer_than_the_room_that_is_kept_for_them() -> None:
    assert len(sign_token(BIGGEST)) == LONGEST_TOKEN
    assert len(find_topic(Campaign(pk=BIGGEST.campaign_id), BIGGEST.occurrence)) <= LONGEST_TOPIC
    assert find_topic(Campaign(pk=7), 1) == "c7-1"
    assert find_topic(Campaign(pk=7, topic="x" * 20), 1) == "x" * 20


@pytest.mark.parametrize("topic", ["", "x" * 20])
@pytest.mark.parametrize("letter", ["x", "ß", "🔔", '"', "\n"])
def test_the_longest_text_that_passes_the_check_can_be_sent(topic: str, letter: str) -> None:
    def write(length: int) -> Campaign:
        return Campaign(pk=2**63 - 1, title="x", body=f"a{letter * length}a", topic=topic)

    longest = bisect_left(range(4000), True, key=lambda length: bool(check_message(write(length)))) - 1
    assert check_message(write(longest)) == []
    assert 0 <= MAX_PAYLOAD - measure(write(longest), {}) < 50
    assert "fit into a push" in check_message(write(longest + 1))[0]


@given(title=WORDS, body=WORDS, topic=st.text("abc", max_size=20), value=WORDS, other=WORDS)
def test_what_passes_the_check_fits_whoever_it_is_for(
    title: str, body: str, topic: str, value: str, other: str
) -> None:
    campaign = Campaign(
        title=f"{title[:200]}{{{{ subscriber.a }}}}", body=f"{body[:500]}{{{{ subscriber.b }}}}", topic=topic,
        link_url="https://shop.example/{{ subscriber.c | url_encode }}", pk=1,
    )  # fmt: skip
    assert check_message(campaign) == []
    values = {"a": value * 3, "b": other * 3, "c": value[:50]}
    try:
        assert measure(campaign, values) <= MAX_PAYLOAD
    except RenderingError as error:
        assert "fit into a push" in str(error) or "larger than" in str(error) or "limit" in str(error)  # noqa: PT017


def test_what_depends_on_a_person_is_cut_and_nothing_else() -> None:
    campaign = Campaign(title="Hello {{ subscriber.a }}", body="You: {{ subscriber.b }}", link_url="/x")
    message = compile_message(campaign).fill({"a": "Ada", "b": "wörd " * 1500}, clock=NOW, token="")
    assert message.title == "Hello Ada"
    assert message.body.startswith("You: wörd wörd")
    assert message.body.endswith("…")
    assert message.link == "/x"


def test_both_texts_are_cut_where_one_is_not_enough() -> None:
    campaign = Campaign(title="{{ subscriber.a }}", body="{{ subscriber.a }}")
    message = compile_message(campaign).fill({"a": "x" * 9000}, clock=NOW, token="")
    assert message.title.endswith("…")
    assert len(message.title) >= 200
    assert message.body.endswith("…")
    assert len(message.body) > 3000


@pytest.mark.parametrize("cluster", ["e\u0301", "👩\u200d🚀", "❤\ufe0f"])
def test_nothing_is_cut_within_what_is_seen_as_one_character(cluster: str) -> None:
    for before in range(12):
        campaign = Campaign(title="x", body="x" * before + "{{ subscriber.a }}")
        body = (
            compile_message(campaign)
            .fill({"a": cluster * (3900 // len(cluster.encode()) + 100)}, clock=NOW, token="")
            .body
        )
        assert (len(body) - 1 - before) % len(cluster) == 0, body[-5:]


def test_what_is_too_long_for_everybody_is_refused() -> None:
    (problem,) = check_message(Campaign(title="x", body="x" * 4000))
    assert "at most 3,993 fit into a push" in problem


def test_a_link_of_one_person_that_is_too_long_is_a_reason_not_to_send() -> None:
    compiled = compile_message(Campaign(title="x", link_url="/{{ subscriber.a }}"))
    with pytest.raises(RenderingError, match="fit into a push"):
        compiled.fill({"a": "x" * 4000}, clock=NOW, token="")


def test_the_preview_is_cut_where_the_push_is() -> None:
    compiled = compile_message(Campaign(title="x", body="{{ subscriber.a }}"))
    preview = compiled.fill({"a": "x" * 9000}, clock=NOW, token="")
    push = compiled.fill({"a": "x" * 9000}, clock=NOW, token=sign_token(BIGGEST), tag="x" * 20)
    assert preview.body == push.body
    assert json.loads(push.to_payload())["body"] == push.body
