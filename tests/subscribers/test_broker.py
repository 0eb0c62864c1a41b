"""A broker that is out of order costs whoever waits a fraction of a second, once."""

import logging
from time import monotonic
from unittest import mock

import pytest
from celery import current_app
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client

from segments.models import Segment
from subscribers import broker
from subscribers.broker import Breaker, publish
from subscribers.models import Site
from subscribers.waking import note_began, wake
from tests.brokers import BROKEN, use_broken_broker
from tests.factories import make_campaign, make_push_subscription, make_subscriber
from tests.tracking.requests import body, event, post
from tracking.models import InboxItem

TASK = "segments.tasks.follow_segments"
A_MOMENT = 1.0  # seconds, on a busy machine


@pytest.mark.parametrize("kind", BROKEN)
@pytest.mark.django_db(transaction=True)
def test_requests_are_taken_while_the_broker_is_out_of_order(kind: str, site: Site) -> None:
    with use_broken_broker(kind):
        started = monotonic()
        answers = [post(body(site, event())).status_code for _ in range(20)]
        took = monotonic() - started

    assert answers == [202] * 20
    assert took < 5 * A_MOMENT  # of which the work itself takes most
    assert InboxItem.objects.count() == 20


@pytest.mark.parametrize("kind", BROKEN)
@pytest.mark.django_db(transaction=True)
def test_a_launch_is_taken_while_the_broker_is_out_of_order(kind: str, site: Site, client: Client) -> None:
    campaign = make_campaign(site)
    make_push_subscription(make_subscriber(site))
    client.force_login(User.objects.create_superuser("root"))
    with use_broken_broker(kind):
        started = monotonic()
        response = client.post(
            f"/api/v1/campaigns/{campaign.pk}/launch/", {}, content_type="application/json"
        )
        took = monotonic() - started

    assert (response.status_code, response.json()["status"]) == (200, "scheduled")
    assert took < 3 * A_MOMENT  # of which the work itself takes most


@pytest.mark.parametrize("kind", BROKEN)
def test_waking_is_given_up_at_once_and_said(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    with use_broken_broker(kind), caplog.at_level(logging.WARNING):
        started = monotonic()
        for _ in range(50):
            wake(TASK)
            note_began(TASK)
        assert monotonic() - started < A_MOMENT

    assert f"{TASK} is not queued, work waits for the next tick" in caplog.text


@pytest.mark.parametrize("kind", BROKEN)
def test_publishing_is_given_up_at_once(kind: str) -> None:
    with use_broken_broker(kind):
        started = monotonic()
        assert not publish(TASK)
        assert monotonic() - started < A_MOMENT


@pytest.mark.parametrize("kind", BROKEN)
def test_a_cache_that_does_not_answer_remembers_nothing(kind: str) -> None:
    with use_broken_broker(kind):
        started = monotonic()
        assert cache.get("x") is None
        assert cache.get("x", 7) == 7
        assert cache.get_many(["x"]) == {}
        assert cache.add("x", 1)
        cache.set("x", 1)
        assert cache.set_many({"x": 1}) == ["x"]
        assert not cache.touch("x")
        assert not cache.delete("x")
        assert "x" not in cache
        cache.delete_many(["x"])
        assert cache.get_or_set("x", 8) == 8
        assert monotonic() - started < A_MOMENT


@pytest.mark.parametrize("kind", BROKEN)
def test_health_tells_of_a_broker_that_does_not_answer(kind: str, client: Client, db: None) -> None:
    with use_broken_broker(kind):
        started = monotonic()
        response = client.get("/health/ready")
        assert monotonic() - started < 3 * A_MOMENT

    assert response.status_code == 503
    assert response.json()["parts"]["broker"]["status"] == "failing"


def test_a_broker_that_is_well_again_is_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "REST", 0.0)
    with use_broken_broker("silent"):
        assert not publish(TASK)
    cache.set("x", 1)
    assert cache.get("x") == 1
    with mock.patch.object(current_app, "send_task") as send_task:
        assert publish(TASK, (1,), {"two": 2})
    assert send_task.call_args.args == (TASK, (1,), {"two": 2})


def test_after_a_rest_one_asks_and_the_others_wait_for_how_it_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    breaker, clock = Breaker(), [100.0]
    monkeypatch.setattr(broker, "monotonic", lambda: clock[0])
    assert breaker.lets_through()
    breaker.note_silence()
    assert not breaker.lets_through()

    clock[0] += broker.REST
    assert [breaker.lets_through() for _ in range(3)] == [True, False, False]
    breaker.note_answer()
    assert [breaker.lets_through() for _ in range(3)] == [True, True, True]


def test_a_fault_of_ours_is_no_silence(site: Site) -> None:
    with pytest.raises(Segment.DoesNotExist):
        broker.ask(lambda: Segment.objects.get(pk=-1), otherwise=None)
    assert broker.breaker.lets_through()
