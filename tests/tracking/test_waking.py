"""A busy door queues one drain, not one per request; a broker that is down loses nothing."""

from typing import Any
from unittest import mock

import pytest
from celery import current_app
from kombu.exceptions import OperationalError

from subscribers.models import Site
from subscribers.waking import wake
from tests.tracking.requests import body, event, post
from tracking.inbox import DRAIN_TASK
from tracking.models import Event, InboxItem
from tracking.tasks import drain_inbox


@pytest.mark.django_db
def test_once_a_drain_began_the_next_request_queues_another() -> None:
    with mock.patch.object(current_app, "send_task") as send_task:
        wake(DRAIN_TASK)
        drain_inbox()
        wake(DRAIN_TASK)

    assert send_task.call_count == 2


def test_the_drain_wakes_once_the_request_is_committed(
    site: Site, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        post(body(site, event()))

    assert [(callback.func, callback.args) for callback in callbacks] == [(wake, (DRAIN_TASK,))]


def test_a_broker_that_is_down_leaves_the_request_to_the_next_tick(
    site: Site, django_capture_on_commit_callbacks: Any, caplog: pytest.LogCaptureFixture
) -> None:
    down = mock.patch.object(current_app, "send_task", side_effect=OperationalError("no broker"))
    with down, django_capture_on_commit_callbacks(execute=True):
        response = post(body(site, event()))

    assert response.status_code == 202
    assert InboxItem.objects.count() == 1
    assert "waits for the next tick" in caplog.text
    drain_inbox()
    assert Event.objects.count() == 1
