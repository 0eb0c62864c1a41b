"""An operation at which the worker's process dies, killed for real: it is found, set aside, and its neighbours are applied."""

import os
import signal
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
from django.db import connection, connections

from subscribers.models import Site
from tests import factories
from tests.factories import NOW
from tests.tracking.requests import event, send
from tracking import applying
from tracking.draining import drain_inbox
from tracking.isolating import TRIES_ALONE
from tracking.log import record_events
from tracking.models import DrainAttempt, Event, InboxItem
from tracking.setting_aside import list_set_aside, say_why, try_again

ATTEMPTS = 2


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _run_out_of_memory() -> None:
    raise MemoryError


def _drain(at_killer: Callable[[], None]) -> Any:
    def record(site: Site, events: Any, **values: Any) -> int:
        if any(new.name.startswith("killer") for new in events):
            at_killer()
        return record_events(site, events, **values)

    with mock.patch.object(applying, "record_events", record):
        return drain_inbox(now=NOW)


def _dies(at_killer: Callable[[], None] = _die) -> bool:
    """Drain in a process of its own; whether that was killed."""
    for each in connections.all(initialized_only=True):
        each.close()
    connection.close_pool()  # type: ignore[attr-defined]
    child = os.fork()
    if child == 0:
        try:
            _drain(at_killer)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def _count_deaths() -> int:
    deaths = 0
    while _dies():
        deaths += 1
        assert deaths < 20, "tried for ever"
    return deaths


def _list_names() -> list[str]:
    return list(Event.objects.order_by("occurred_at").values_list("event_type__name", flat=True))


@pytest.mark.django_db(transaction=True)
def test_an_operation_that_kills_workers_is_set_aside_and_its_neighbours_are_applied(settings: Any) -> None:
    settings.INBOX_ATTEMPTS = ATTEMPTS
    site = factories.make_site()
    for number in range(30):  # shards and people enough to stand in the way
        send(site, event(f"other_{number}"), browser=f"7c9e6679-7425-40de-944b-e07fc1f9{number:04}")
    send(site, event("first"), event("killer"), event("second"))
    send(site, event("third"))

    deaths = _count_deaths()

    assert deaths == ATTEMPTS + TRIES_ALONE
    assert Event.objects.count() == 33
    (kept,) = list_set_aside()
    assert [each["name"] for each in kept.payload["operations"]] == ["killer"]
    assert say_why(kept).startswith("The worker's process ended each of the 2 times it was applied alone")
    assert not InboxItem.objects.filter(failed_at=None).exists()
    assert not DrainAttempt.objects.exclude(tries=0, item_id=None).exists()


@pytest.mark.django_db(transaction=True)
def test_two_that_kill_and_one_tried_again_are_each_set_aside(settings: Any) -> None:
    settings.INBOX_ATTEMPTS = ATTEMPTS
    site = factories.make_site()
    send(site, event("killer_a"), event("between"), event("killer_b"))

    _count_deaths()
    assert [each.payload["operations"][0]["name"] for each in list_set_aside()] == ["killer_a", "killer_b"]
    try_again(list_set_aside())
    _count_deaths()

    assert list_set_aside().count() == 2
    assert _list_names() == ["between"]


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_by_chance_costs_no_operation(settings: Any) -> None:
    settings.INBOX_ATTEMPTS = ATTEMPTS
    site = factories.make_site()
    send(site, event("killer"), event("after"))

    for _ in range(ATTEMPTS + TRIES_ALONE - 1):
        assert _dies()
    _drain(lambda: None)

    assert _list_names() == ["killer", "after"]
    assert not InboxItem.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_operation_that_needs_more_memory_than_there_is_is_set_aside(settings: Any) -> None:
    """Here the process lives, and could put it off for ever."""
    settings.INBOX_ATTEMPTS = ATTEMPTS
    send(factories.make_site(), event("killer"), event("after"))

    put_off = [_drain(_run_out_of_memory).put_off for _ in range(ATTEMPTS + TRIES_ALONE)]
    _drain(_run_out_of_memory)

    assert put_off == ["MemoryError"] * len(put_off)
    assert list_set_aside().count() == 1
    assert _list_names() == ["after"]


@pytest.mark.django_db(transaction=True)
def test_what_is_put_off_though_the_worker_lives_makes_nothing_suspect(settings: Any) -> None:
    settings.INBOX_ATTEMPTS = 1
    send(factories.make_site(), event("killer"))

    def lose_disk() -> None:
        raise OSError

    for _ in range(5):
        assert _drain(lose_disk).put_off == "OSError"
    _drain(lambda: None)

    assert _list_names() == ["killer"]
