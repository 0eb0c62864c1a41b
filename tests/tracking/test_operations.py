"""Each refusal names the place and says what would be right there."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tracking.requests import attributes, event, identify, page, subscribe
from tracking.operations import OperationError, PageOperation, parse_operation

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
)


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        (None, "must be an object with id and type"),
        ([], "must be an object with id and type"),
        ({}, "type is missing; it is one of event, page, attributes, identify, subscribe, unsubscribe"),
        ({"type": "x"}, "type must be one of event, page, attributes, identify, subscribe, unsubscribe"),
        ({"type": "event", "name": "x"}, "id: is missing"),
        (event(id="7"), "id: must be a UUID"),
        (event(id=7), "id: must be a UUID, as text"),
        (event(""), "name: must not be empty"),
        (event("   "), "name: must not be empty"),
        ({**event(), "name": None}, "name: must be text"),
        (event("$push_clicked"), "name: names that start with $ are reserved; send this event without the $"),
        (event("a\nb"), "name: may hold printable characters only"),
        (event("x" * 101), "name: must have at most 100 characters"),
        (event(at="tomorrow"), "at: must be a date and time like 2026-11-21T10:00:00Z"),
        (event(at=1700000000), "at: must be a date and time like 2026-11-21T10:00:00Z"),
        (event(at="0001-01-01T00:00:00+14:00"), "at: must be a date and time like 2026-11-21T10:00:00Z"),
        (event(at="1999-12-31T23:59:59Z"), "at: must be in the year 2000 or later"),
        (event(properties=[]), "properties: must be an object"),
        (event(properties={"a": 2**63}), "properties.a: a number must lie between -2^63 and 2^63"),
        (event(properties={"a": ["x", {"b": "x" * 2001}]}), "properties.a[1].b: text may have at most 2000 characters"),
        (event(properties={"a": [[[[[[1]]]]]]}), "properties.a[0][0][0][0][0]: may be nested at most 5 levels deep"),
        (event(properties={"": 1}), "properties: a key must have 1 to 100 characters"),
        (event(properties={str(n): n for n in range(101)}), "properties: may have at most 100 keys"),
        (page(""), "url: must not be empty"),
        (attributes(tier=[None]), "set.tier: must be text, a number, true or false, an object, or a list of those"),
        (attributes(tier=[["a"]]), "set.tier: must be text, a number, true or false, an object, or a list of those"),
        (attributes(tier=["x"] * 101), "set.tier: a list may have at most 100 items"),
        (identify(""), "external_id: must not be empty"),
        (identify(" "), "external_id: must not be empty"),
        ({**subscribe(), "subscription": {"endpoint": "x"}}, "subscription.keys: is missing"),
    ],
)  # fmt: skip
def test_a_refusal_says_what_would_be_right(document: Any, sentence: str) -> None:
    with pytest.raises(OperationError) as refusal:
        parse_operation(document)

    assert str(refusal.value) == sentence


def test_the_start_of_a_session_is_the_one_reserved_event_that_clients_send() -> None:
    assert parse_operation(event("$session_start")).type == "event"


@pytest.mark.parametrize("name", ["می\u200cخواهم", "क्\u200dष", "👩\u200d💻 opened"])
def test_a_name_may_be_spelled_with_joiners(name: str) -> None:
    assert parse_operation(event(name)).model_dump()["name"] == name


@pytest.mark.parametrize("name", ["\u200c", "\u200d\u200c", "a\u200bb", "a\u202eb"])
def test_a_name_is_seen_as_it_is(name: str) -> None:
    with pytest.raises(OperationError, match=r"^name: m"):
        parse_operation(event(name))


def test_what_is_not_known_is_ignored() -> None:
    assert parse_operation({**event(), "colour": "red"}).type == "event"


def test_a_customer_id_may_be_a_number() -> None:
    assert parse_operation(identify(42)).model_dump()["external_id"] == "42"  # type: ignore[arg-type]


def test_a_long_address_or_title_is_cut_rather_than_refused() -> None:
    operation = parse_operation(page("https://shop.example/" + "x" * 5000, title="t" * 500))

    assert isinstance(operation, PageOperation)
    assert (len(operation.url), len(operation.title)) == (2000, 300)


def test_a_signature_is_not_kept() -> None:
    assert "signature" not in parse_operation(identify("u-42", signature="abc")).model_dump()


@given(
    document=st.dictionaries(st.sampled_from(["id", "type", "name", "at", "properties", "set", "url"]), JSON)
)
def test_whatever_json_comes_it_is_taken_or_refused(document: dict[str, Any]) -> None:
    for type_ in ("event", "page", "attributes"):
        with contextlib.suppress(OperationError):
            assert parse_operation({**document, "type": type_}).type == type_
