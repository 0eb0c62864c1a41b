"""What lies inside objects and lists is learnt under the names by which rules ask for it."""

import uuid
from typing import Any

import pytest

from segments.catalogue import read_catalogue
from subscribers.models import Site
from tests.factories import NOW, make_subscriber
from tracking import log
from tracking.log import NewEvent, record_events
from tracking.nesting import list_paths

ORDER: dict[str, Any] = {
    "price": 5,
    "cart": {"total": 10, "owner": {"name": "Ann"}, "odd.key": 1, "": 2},
    "items": [{"sku": "a", "sizes": [1]}, {"sku": "b"}, "loose"],
    "rows": [[1, 2], [3]],
    "ship.to": "Ulm",
}


def record(site: Site, *orders: dict[str, Any]) -> None:
    who = make_subscriber(site)
    events = [NewEvent(uuid.uuid4(), who.pk, "purchase", NOW, order) for order in orders]
    record_events(site, events, received_at=NOW)


def test_every_value_is_named_by_its_path() -> None:
    assert list(list_paths(ORDER)) == [
        ("price", 5),
        ("cart.total", 10),
        ("cart.owner.name", "Ann"),
        ("items", ORDER["items"]),
        ("items[].sku", "a"),
        ("items[].sizes", [1]),
        ("items[].sku", "b"),
        ("rows", [[1, 2], [3]]),
        ("rows[]", [1, 2]),
        ("rows[]", [3]),
        ("ship.to", "Ulm"),
    ]


def test_paths_are_learnt_and_offered_with_their_values(site: Site) -> None:
    record(site, ORDER)

    (purchase,) = [each for each in read_catalogue(site, now=NOW)["events"] if each["key"] == "purchase"]
    properties = {each["key"]: (each["type"], each["values"]) for each in purchase["properties"]}

    assert properties["cart.total"] == ("number", [])
    assert properties["cart.owner.name"] == ("text", ["Ann"])
    assert properties["items"] == ("list", [])
    assert properties["items[].sku"] == ("text", ["a", "b"])


def test_objects_whose_keys_are_others_each_time_leave_room_for_plain_properties(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "PROPERTIES_PER_EVENT_TYPE", 6)

    record(site, *({"stock": {f"sku-{number}": number}, f"plain_{number}": 1} for number in range(4)))

    known = site.event_types.get(name="purchase").properties
    assert {"plain_0", "plain_1", "plain_2", "plain_3"} <= known.keys()
