"""Names of attributes and events that look the same are one, at every door: composed letters, no blanks at the ends."""

from typing import Any

import pytest

from segments.rules import parse_rule
from subscribers.declaring import declare_attribute
from subscribers.models import Attribute, Site, Subscriber
from tests.segments.live import rule_of
from tests.tracking.requests import attributes, event, track
from tracking.declaring import declare_event
from tracking.models import EventType
from tracking.operations import OperationError, parse_operation

pytestmark = pytest.mark.django_db


def tell(values: dict[str, Any]) -> dict[str, Any]:
    return {**attributes(), "set": values}


SPELLINGS = ["café", "cafe\u0301", " café", "café ", "\u00a0café\u200b", "\ufeffcafé", "cafe\u0301\u3164"]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_an_event_is_the_same_however_its_name_is_spelled(site: Site, spelling: str) -> None:
    declare_event(site, "café", description="")

    assert parse_operation(event(spelling)).name == "café"  # type: ignore[union-attr]
    node = {"type": "event", "event": spelling}
    assert parse_rule(rule_of(node)).root.event == "café"  # type: ignore[union-attr]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_an_attribute_is_the_same_however_its_name_is_spelled(site: Site, spelling: str) -> None:
    declare_attribute(site, spelling, type_="text", element_type="text", description="")

    track(site, tell({spelling: "black"}))

    assert Attribute.objects.get(site=site).key == "café"
    assert Subscriber.objects.get().attributes == {"café": "black"}
    node = {"type": "attribute", "key": spelling, "operator": "equals", "value": "black"}
    assert parse_rule(rule_of(node)).root.key == "café"  # type: ignore[union-attr]

    track(site, attributes(unset=[spelling]))

    assert Subscriber.objects.get().attributes == {}


def test_two_spellings_sent_are_one_event(site: Site) -> None:
    track(site, *(event(spelling) for spelling in SPELLINGS))

    assert list(EventType.objects.filter(site=site).values_list("name", flat=True)) == ["café"]


@pytest.mark.parametrize("blank", [" ", "\u200b", "\u3164"])
def test_a_name_of_which_nothing_can_be_seen_is_refused(blank: str) -> None:
    with pytest.raises(OperationError, match="empty"):
        parse_operation(tell({blank: 1}))


@pytest.mark.parametrize("key", ["", " ", "\u200b", "\u00a0 ", "x" * 101])
def test_a_key_that_nothing_is_left_of_is_refused_at_the_door_and_never_set_aside(
    site: Site, key: str
) -> None:
    document = {**attributes(), "unset": ["tier", key]}
    with pytest.raises(OperationError):
        parse_operation(document)
