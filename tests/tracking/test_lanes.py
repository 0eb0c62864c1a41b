"""Two lanes: what is live goes first, and one person's operations keep their order across both."""

import datetime as dt
import json
import uuid
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from subscribers.models import Site, Subscriber
from tests import factories
from tests.factories import NOW
from tests.tracking.requests import Json, attributes, event
from tracking import inbox
from tracking.draining import drain_inbox
from tracking.inbox import find_shards, read_waiting
from tracking.ingestion import accept_backend_request
from tracking.models import InboxItem
from tracking.reading import RequestError


def tell(site: Site, *operations: Json, lane: Any = None, now: dt.datetime = NOW) -> Any:
    return accept_backend_request(site=site, body={"operations": list(operations), "lane": lane}, now=now)


def about(person: str, operation: Json) -> Json:
    return {**operation, "external_id": person}


def test_a_backend_is_live_unless_it_asks_for_the_import_lane(site: Site) -> None:
    tell(site, about("u-1", event()))
    tell(site, about("u-2", event()), lane="import")
    tell(site, about("u-3", event()), lane="live")

    lanes = dict(InboxItem.objects.values_list("payload__value", "lane"))
    assert lanes == {"u-1": 0, "u-2": 1, "u-3": 0}


@pytest.mark.parametrize("lane", ["fast", "", 1, True, [], {}, "IMPORT"])
def test_another_lane_is_refused_with_a_sentence(site: Site, lane: Any) -> None:
    with pytest.raises(RequestError, match='lane must be "live" or "import"'):
        tell(site, about("u-1", event()), lane=lane)


def test_whoever_is_live_goes_before_an_import_that_came_earlier(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "BATCH_IMPORTS", 5)
    tell(site, *(about(f"i-{number}", event()) for number in range(50)), lane="import")
    tell(site, about("u-99", event()))
    InboxItem.objects.update(shard=3)

    batch = read_waiting(find_shards(set()))

    assert len(batch) == 6
    assert InboxItem.objects.get(payload__value="u-99").pk in {item.pk for item in batch}


def test_shards_with_somebody_live_are_taken_before_older_imports(site: Site) -> None:
    tell(site, about("i-1", event()), lane="import")
    InboxItem.objects.update(shard=1)
    tell(site, about("u-99", event()))
    InboxItem.objects.filter(lane=0).update(shard=2)

    assert find_shards(set()) == [2, 1]
    assert find_shards({2}) == [1]


def test_what_was_imported_of_somebody_is_applied_before_what_they_do_then(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "BATCH_IMPORTS", 2)
    tell(site, *(about(f"i-{number}", event()) for number in range(30)), lane="import")
    tell(site, about("u-1", attributes(tier="imported")), lane="import")
    tell(site, about("u-1", attributes(tier="live")))
    drain_inbox(now=NOW)

    assert Subscriber.objects.get(external_id="u-1").attributes == {"tier": "live"}


STEPS = st.lists(
    st.tuples(st.sampled_from(["u-1", "u-2", "u-3"]), st.sampled_from(["live", "import"])),
    min_size=1,
    max_size=25,
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, live=st.integers(1, 4), imports=st.integers(1, 3), drains=st.sets(st.integers(0, 24)))
def test_one_persons_operations_keep_their_order_across_both_lanes(
    db: None, steps: list[tuple[str, str]], live: int, imports: int, drains: set[int]
) -> None:
    """However small the batches are, each person is read in the order in which they came."""
    site = factories.make_site()
    order: dict[str, list[int]] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inbox, "BATCH_ITEMS", live)
        patch.setattr(inbox, "BATCH_IMPORTS", imports)
        for number, (person, lane) in enumerate(steps):
            tell(site, about(person, event(properties={"number": number})), lane=lane)
            if number in drains:
                _read_one_batch(order)
        InboxItem.objects.update(shard=1)
        while InboxItem.objects.exists():
            assert _read_one_batch(order), "something is read as long as something waits"

    for person, numbers in order.items():
        assert numbers == [number for number, (each, _) in enumerate(steps) if each == person]


def _read_one_batch(order: dict[str, list[int]]) -> int:
    InboxItem.objects.update(shard=1)
    batch = read_waiting([1])
    for item in batch:
        payload = json.loads(item.payload)
        for operation in payload["operations"]:
            order.setdefault(payload["value"], []).append(operation["properties"]["number"])
    inbox.delete_items(item.pk for item in batch)
    return len(batch)


def test_a_visitor_waits_for_one_small_batch_of_an_import_and_no_more(site: Site) -> None:
    for _ in range(3):
        tell(
            site,
            *(about(str(uuid.uuid4()), event()) for _ in range(inbox.BATCH_IMPORTS)),
            lane="import",
        )
    InboxItem.objects.update(shard=1)

    assert len(read_waiting([1])) == inbox.BATCH_IMPORTS
