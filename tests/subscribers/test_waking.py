"""Many wishes queue a task once; a broker that is down fails nobody."""

import logging
from unittest import mock

import pytest
from celery import current_app
from kombu.exceptions import OperationalError

from subscribers.waking import note_began, wake

TASK = "segments.tasks.follow_segments"


def test_many_wishes_queue_the_task_once() -> None:
    with mock.patch.object(current_app, "send_task") as send_task:
        for _ in range(5):
            wake(TASK)

    assert send_task.call_args.args[0] == TASK
    assert send_task.call_count == 1


def test_once_it_began_the_next_wish_queues_it_again() -> None:
    with mock.patch.object(current_app, "send_task") as send_task:
        wake(TASK)
        note_began(TASK)
        wake(TASK)

    assert send_task.call_count == 2


def test_tasks_do_not_stand_in_for_each_other() -> None:
    with mock.patch.object(current_app, "send_task") as send_task:
        wake(TASK)
        wake("segments.tasks.build_segments")

    assert send_task.call_count == 2


@pytest.mark.parametrize(
    "error", [OperationalError("no broker"), ConnectionResetError("the broker went away")]
)
def test_a_broker_that_is_down_leaves_the_work_to_the_next_tick(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        mock.patch.object(current_app, "send_task", side_effect=error),
        caplog.at_level(logging.WARNING),
    ):
        wake(TASK)

    assert f"{TASK} is not queued, work waits for the next tick" in caplog.text
