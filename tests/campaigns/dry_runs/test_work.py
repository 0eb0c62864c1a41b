"""A dry run: everybody is accounted for, by the code that plans, and nothing is planned."""

import datetime as dt
from collections.abc import Iterator
from typing import Any, cast

import pytest
from django.db import DatabaseError

from campaigns.dry_runs import request_dry_run, work, work_out, work_out_waiting
from campaigns.dry_runs.summary import Summary
from campaigns.dry_runs.supposing import suppose_run
from campaigns.models import Batch, Campaign, Delivery, DryRun, FrequencyCap, SendingPolicy, Variant
from campaigns.planning.chunks import decide_audience
from campaigns.planning.terms import Terms
from segments.models import Segment
from subscribers.models import Site
from tests import factories
from tests.campaigns.people import in_country, make_reachable, make_segmented

Reason = Delivery.Reason


def summarize(campaign: Campaign, now: dt.datetime) -> Summary:
    request_dry_run(campaign, None, now=now)
    done = work_out(campaign, now=now)
    assert done is not None
    assert done.status == DryRun.Status.READY
    assert done.summary is not None
    return cast(Summary, done.summary)


def test_a_request_waits_for_a_worker_and_replaces_what_was_worked_out(site: Site, now: dt.datetime) -> None:
    campaign, user = factories.make_campaign(site), factories.make_user()
    summarize(campaign, now)
    later = now + dt.timedelta(hours=1)
    asked = request_dry_run(campaign, user, now=later)
    assert (asked.status, asked.as_of, asked.summary) == (DryRun.Status.WAITING, later, None)
    assert asked.requested_by == user
    assert DryRun.objects.count() == 1


def test_the_totals_add_up_to_the_audience(site: Site, now: dt.datetime) -> None:
    SendingPolicy.objects.create(site=site, holdout_percent=20)
    for number in range(60):
        zone = ("Europe/Berlin", "Asia/Kathmandu", "Pacific/Kiritimati", "")[number % 4]
        make_reachable(site, timezone=zone)
    factories.make_subscriber(site)
    campaign = factories.make_campaign(
        site,
        schedule=Campaign.Schedule.LOCAL,
        local_date=now.date(),
        local_time=dt.time(18),
        late_policy=Campaign.LatePolicy.SKIP,
        holdout_percent=20,
    )
    Variant.objects.create(campaign=campaign, letter="B", title="Other words")
    found = summarize(campaign, now)
    assert found["audience"] == 61 == found["planned"] + sum(found["by_reason"].values())
    assert set(found["by_reason"]) == {
        Reason.NEVER_SUBSCRIBED,
        Reason.CONTROL_GROUP,
        Reason.HOLDOUT,
        Reason.TOO_LATE,
    }
    assert set(found["by_variant"]) == {"A", "B"}
    assert found["planned"] == sum(found["by_variant"].values())
    assert found["planned"] == sum(hour["people"] for hour in found["by_hour"])
    assert found["planned"] == sum(zone["people"] for zone in found["by_zone"])
    assert found["planned"] == sum(due["people"] for due in found["by_due"])


def test_hours_are_told_in_utc_and_instants_on_each_clock_too(site: Site, now: dt.datetime) -> None:
    for zone in ("Asia/Kathmandu", "Europe/Berlin", "Europe/Berlin"):
        make_reachable(site, timezone=zone)
    campaign = factories.make_campaign(
        site, schedule=Campaign.Schedule.LOCAL, local_date=now.date(), local_time=dt.time(18)
    )
    found = summarize(campaign, now)
    assert found["by_hour"] == [
        {"hour": "2026-11-21T12:00:00Z", "people": 1},
        {"hour": "2026-11-21T17:00:00Z", "people": 2},
    ]
    assert found["by_zone"][0] == {
        "zone": "Europe/Berlin",
        "people": 2,
        "first_due_at": "2026-11-21T17:00:00Z",
        "last_due_at": "2026-11-21T17:00:00Z",
    }
    assert found["by_due"][0] == {
        "due_at": "2026-11-21T12:15:00Z",
        "zone": "Asia/Kathmandu",
        "local": "2026-11-21T18:00:00",
        "people": 1,
    }


def test_nothing_is_planned(site: Site, now: dt.datetime) -> None:
    make_reachable(site)
    campaign = factories.make_campaign(site)
    summarize(campaign, now)
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.DRAFT
    assert not Delivery.objects.exists()
    assert not Batch.objects.exists()
    assert not campaign.occurrences.exists()


def test_progress_is_kept_while_it_is_worked_out(
    site: Site, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        make_reachable(site)
    campaign = factories.make_campaign(site)
    seen: list[tuple[int, int]] = []

    def decide_slowly(terms: Terms) -> Iterator[Any]:
        for decisions in decide_audience(terms, chunk=2):
            seen.append(DryRun.objects.values_list("looked_at", "total").get())
            yield decisions

    monkeypatch.setattr(work, "decide_audience", decide_slowly)
    summarize(campaign, now)
    assert seen == [(0, 5), (2, 5), (4, 5)]


def test_segments_are_brought_up_to_date_first(site: Site, now: dt.datetime) -> None:
    make_reachable(site, country="DE")
    campaign = make_segmented(site, include=[factories.make_segment(site, in_country("DE"))])
    assert summarize(campaign, now)["audience"] == 1


def test_a_broken_segment_is_named_as_the_reason_why_it_failed(site: Site, now: dt.datetime) -> None:
    segment = factories.make_segment(site, name="Odd ones")
    campaign = make_segmented(site, include=[segment])
    Segment.objects.filter(pk=segment.pk).update(rule={"version": 1, "root": {"type": "nonsense"}})
    request_dry_run(campaign, None, now=now)
    done = work_out(campaign, now=now)
    assert done is not None
    assert done.status == DryRun.Status.FAILED
    assert "Odd ones" in done.failure


@pytest.mark.django_db(transaction=True)
def test_a_fault_of_the_database_is_told_and_may_be_tried_again(
    now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = factories.make_campaign(factories.make_site())

    def fail(*args: object) -> None:
        raise DatabaseError("no more disk")

    with monkeypatch.context() as patch:
        patch.setattr(work, "suppose_run", lambda *args, **values: fail())
        request_dry_run(campaign, None, now=now)
        done = work_out(campaign, now=now)
    assert done is not None
    assert (done.status, "disk" in done.failure) == (DryRun.Status.FAILED, False)
    assert summarize(campaign, now)["audience"] == 0


def test_one_left_behind_by_a_worker_that_died_is_worked_out_from_the_start(
    site: Site, now: dt.datetime
) -> None:
    make_reachable(site)
    campaign = factories.make_campaign(site)
    DryRun.objects.create(campaign=campaign, status=DryRun.Status.RUNNING, as_of=now, looked_at=7)
    assert work_out_waiting(now=now) == 1
    assert work_out_waiting(now=now) == 0
    assert DryRun.objects.get().looked_at == 1


def test_who_asks_anew_meanwhile_is_not_given_the_old_figures(
    site: Site, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_reachable(site)
    campaign = factories.make_campaign(site)
    request_dry_run(campaign, None, now=now)
    later = now + dt.timedelta(minutes=1)

    def ask_meanwhile(campaign: Campaign, *, as_of: dt.datetime) -> Terms:
        request_dry_run(campaign, None, now=later)
        return suppose_run(campaign, as_of=as_of)

    with monkeypatch.context() as patch:
        patch.setattr(work, "suppose_run", ask_meanwhile)
        assert work_out(campaign, now=now) is None
    assert DryRun.objects.get().status == DryRun.Status.WAITING


def test_it_foresees_caps_quiet_hours_and_the_wait_for_a_winner(site: Site, now: dt.datetime) -> None:
    SendingPolicy.objects.create(site=site, quiet_from=dt.time(13), quiet_until=dt.time(15))
    FrequencyCap.objects.create(site=site, limit=1, window=dt.timedelta(days=1))
    capped = make_reachable(site, timezone="Asia/Tokyo")
    sent = {"status": Delivery.Status.SENT, "sent_at": now - dt.timedelta(hours=2), "due_at": now}
    factories.make_delivery(factories.make_campaign(site), capped, **sent)
    for _ in range(20):
        make_reachable(site, timezone="Europe/Berlin")
    campaign = factories.make_campaign(site, winner_by=Campaign.WinnerBy.CLICKS, test_percent=50)
    Variant.objects.create(campaign=campaign, letter="B", title="Other words")
    found = summarize(campaign, now)
    assert found["by_reason"] == {Reason.FREQUENCY_CAP: 1}
    # At 13:00 in Berlin it is quiet until 15:00, 14:00 UTC; the test takes four hours from then on.
    assert found["test_ends_at"] == "2026-11-21T18:00:00Z"
    assert 0 < found["awaiting_winner"] < 20
    assert found["deferred"] == 20 - found["awaiting_winner"]
