"""For whom no message can be put together is known before the launch, and is left out then, for the same reason."""

import datetime as dt
from bisect import bisect_left
from collections import Counter
from typing import Any, cast

import pytest

from campaigns.dry_runs import Summary, list_people, request_dry_run, work_out
from campaigns.lifecycle import check_campaign, resume_campaign
from campaigns.models import Campaign, Delivery
from campaigns.transports.memory import MemoryTransport
from subscribers.models import Site
from tests import factories
from tests.campaigns.people import deliver_due, make_reachable, plan

Reason = Delivery.Reason
Status = Delivery.Status
PEOPLE: list[dict[str, Any]] = [
    {}, {"visits": 0}, {"visits": 4, "domain": "shop.example"}, {"domain": "shop example"}, {"domain": "x" * 1900 + ".example"},
    {"visits": "many", "domain": "b.example"},
]  # fmt: skip


def summarize(campaign: Campaign, now: dt.datetime) -> Summary:
    request_dry_run(campaign, None, now=now)
    done = work_out(campaign, now=now)
    assert done is not None
    return cast(Summary, done.summary)


@pytest.mark.parametrize(
    ("values", "left_out"),
    [
        ({"body": "{{ 100 | divided_by: subscriber.visits }} each"}, 5),
        ({"body": "{{ 100 | divided_by: subscriber.visits | default: 'some' }} each"}, 0),
        ({"link_url": "https://{{ subscriber.domain }}/x"}, 4),
        ({"link_url": "https://{{ subscriber.domain | default: 'shop.example' }}/x"}, 2),
        ({"actions": [{"title": "Go", "link": "https://{{ subscriber.domain }}/"}]}, 4),
        ({"body": "{{ subscriber.domain }}" * 3}, 0),
        ({"body": "Hello"}, 0),
    ],
)
def test_the_dry_run_leaves_out_whom_sending_leaves_out(
    site: Site, now: dt.datetime, values: dict[str, Any], left_out: int
) -> None:
    for attributes in PEOPLE:
        make_reachable(site, attributes=attributes)
    campaign = factories.make_campaign(site, **values)

    found = summarize(campaign, now)

    assert (found["planned"], found["by_reason"]) == (
        len(PEOPLE) - left_out,
        {Reason.RENDERING: left_out} if left_out else {},
    )
    assert ("cannot be put together" in " ".join(found["remarks"])) is (left_out > 0)
    listed = Counter(person.reason for person in list_people(campaign, as_of=now).people)
    assert listed[Reason.RENDERING] == left_out

    deliver_due_of(campaign, now)
    reasons = Counter(Delivery.objects.filter(campaign=campaign).values_list("status", "reason"))
    assert reasons[Status.SENT, ""] == len(PEOPLE) - left_out
    assert reasons[Status.SKIPPED, Reason.RENDERING] == left_out


def deliver_due_of(campaign: Campaign, now: dt.datetime) -> None:
    assert check_campaign(campaign, now=now) == []
    plan(campaign, now=now)
    deliver_due(now=now, transport=MemoryTransport())


@pytest.mark.parametrize("topic", ["", "x" * 20])
def test_the_longest_text_that_may_be_launched_is_sent(site: Site, now: dt.datetime, topic: str) -> None:
    make_reachable(site)
    values: dict[str, Any] = {
        "title": "t" * 200, "body": "ü" * 500, "topic": topic, "actions": [{"title": "x" * 50, "link": "/" + "y" * 950}] * 2,
    }  # fmt: skip

    def is_refused(length: int) -> bool:
        return bool(check_campaign(Campaign(site=site, link_url="/" + "z" * length, **values), now=now))

    longest = bisect_left(range(999), True, key=is_refused) - 1
    assert 0 < longest < 998, "or this tries nothing"
    campaign = factories.make_campaign(site, link_url="/" + "z" * longest, **values)
    deliver_due_of(campaign, now)
    assert Delivery.objects.get().status == Status.SENT


def test_a_message_whose_parts_are_mended_meanwhile_is_sent_after_all(site: Site, now: dt.datetime) -> None:
    person = make_reachable(site)
    campaign = plan(factories.make_campaign(site, body="{{ 1 | divided_by: subscriber.n }}"), now=now)
    Campaign.objects.update(status=Campaign.Status.PAUSED)
    person.attributes = {"n": 1}
    person.save()
    resume_campaign(campaign, now=now)
    deliver_due(now=now, transport=MemoryTransport())
    assert Delivery.objects.get().status == Status.SENT


def test_the_now_of_a_dry_run_is_when_each_is_due(site: Site, now: dt.datetime) -> None:
    make_reachable(site, timezone="Asia/Tokyo")
    campaign = factories.make_campaign(
        site, body="{% assign h = 'now' | date: '%-H' | plus: 0 %}{{ 1 | divided_by: h }}",
        schedule=Campaign.Schedule.LOCAL, local_date=now.date() + dt.timedelta(days=2), local_time=dt.time(0, 30),
    )  # fmt: skip
    assert summarize(campaign, now)["by_reason"] == {Reason.RENDERING: 1}
