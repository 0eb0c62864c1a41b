"""Single people of a dry run: who gets what when, page by page."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from pytest_django import DjangoAssertNumQueries

from campaigns.audience import CHUNK
from campaigns.dry_runs import Wanted, list_people, people, request_dry_run, work_out
from campaigns.models import Campaign, Delivery, SendingPolicy, Variant
from subscribers.ids import take_ids
from subscribers.models import Site, Subscriber
from tests import factories
from tests.campaigns.people import make_reachable

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def campaign(site: Site) -> Campaign:
    """For six in the evening, local time."""
    return factories.make_campaign(
        site,
        schedule=Campaign.Schedule.LOCAL,
        local_date=dt.date(2026, 11, 21),
        local_time=dt.time(18),
        late_policy=Campaign.LatePolicy.SKIP,
    )


def test_each_has_their_instant_in_utc_and_on_their_own_clock(
    site: Site, campaign: Campaign, now: dt.datetime
) -> None:
    person = make_reachable(site, timezone="Asia/Kathmandu", external_id="u-1")
    (found,) = list_people(campaign, as_of=now).people
    assert (found.subscriber_id, found.name, found.variant) == (person.pk, "u-1", "A")
    assert found.due_at == dt.datetime(2026, 11, 21, 12, 15, tzinfo=dt.UTC)
    assert found.local_due_at == dt.datetime(2026, 11, 21, 18, tzinfo=ZoneInfo("Asia/Kathmandu"))
    assert (found.timezone, found.timezone_is_site_default, found.reason) == ("Asia/Kathmandu", False, "")


def test_those_left_out_are_listed_with_the_reason_and_when_it_would_have_been(
    site: Site, campaign: Campaign, now: dt.datetime
) -> None:
    factories.make_subscriber(site)
    make_reachable(site, timezone="Pacific/Kiritimati")
    never, late = list_people(campaign, as_of=now).people
    assert (never.reason, never.due_at) == (Delivery.Reason.NEVER_SUBSCRIBED, None)
    assert late.reason == Delivery.Reason.TOO_LATE
    assert late.due_at == dt.datetime(2026, 11, 21, 4, tzinfo=dt.UTC)


def test_pages_go_on_where_the_last_one_ended(site: Site, campaign: Campaign, now: dt.datetime) -> None:
    everybody = [make_reachable(site).pk for _ in range(5)]
    found: list[int] = []
    after: int | None = 0
    while after is not None:
        page = list_people(campaign, as_of=now, after=after, limit=2)
        found += [person.subscriber_id for person in page.people]
        after = page.next_after
    assert found == everybody


def test_they_can_be_chosen_by_zone_version_and_reason(
    site: Site, campaign: Campaign, now: dt.datetime
) -> None:
    Variant.objects.create(campaign=campaign, letter="B", title="Other words")
    for number in range(24):
        make_reachable(site, timezone=("Europe/Berlin", "Asia/Kathmandu", "Asia/Tokyo")[number % 3])

    def count(wanted: Wanted) -> int:
        return len(list_people(campaign, wanted, as_of=now).people)

    assert count(Wanted(zone="Europe/Berlin")) == 8
    assert count(Wanted(reason="planned")) == 16
    assert count(Wanted(reason=Delivery.Reason.TOO_LATE)) == 8
    assert count(Wanted(variant="A")) + count(Wanted(variant="B")) == 16
    assert count(Wanted(zone="Asia/Tokyo", variant="A")) == 0
    chosen = list_people(campaign, Wanted(variant="B"), as_of=now).people
    assert {person.variant for person in chosen} == {"B"}


def test_those_deferred_and_those_who_wait_for_the_winner_can_be_chosen(site: Site, now: dt.datetime) -> None:
    SendingPolicy.objects.create(site=site, quiet_from=dt.time(20), quiet_until=dt.time(23))
    campaign = factories.make_campaign(site, winner_by=Campaign.WinnerBy.CLICKS, test_percent=50)
    Variant.objects.create(campaign=campaign, letter="B", title="Other words")
    for number in range(40):
        make_reachable(site, timezone=("Europe/Berlin", "Asia/Tokyo")[number % 2])
    deferred = list_people(campaign, Wanted(reason="deferred"), as_of=now).people
    assert {person.timezone for person in deferred} == {"Asia/Tokyo"}
    waiting = list_people(campaign, Wanted(reason="awaits_winner"), as_of=now).people
    assert 5 < len(waiting) < 35
    assert all(person.awaits_winner and person.due_at == now + 4 * HOUR for person in waiting)


def test_somebody_is_found_by_what_people_know_of_them(
    site: Site, campaign: Campaign, now: dt.datetime
) -> None:
    make_reachable(site)
    ana = make_reachable(site, external_id="u-1", email="ana@shop.example")
    make_reachable(factories.make_site(), external_id="u-1")
    for text in ("u-1", "ANA@shop.example", "ana@", str(ana.uuid)):
        found = list_people(campaign, Wanted(search=text), as_of=now).people
        assert [person.subscriber_id for person in found] == [ana.pk]
    assert list_people(campaign, Wanted(search="nobody"), as_of=now).people == []


def test_a_page_looks_at_so_many_people_and_says_where_the_next_goes_on(
    site: Site, campaign: Campaign, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "_CHUNKS_LOOKED_AT", 1)
    nobody = [
        Subscriber(site=site, created_at=now, last_seen_at=now, timezone="Asia/Tokyo") for _ in range(CHUNK)
    ]
    last = Subscriber.objects.bulk_create(take_ids(nobody))[-1]
    late = make_reachable(site)
    first = list_people(campaign, Wanted(reason="planned"), as_of=now)
    assert (first.people, first.next_after) == ([], last.pk)
    second = list_people(campaign, Wanted(reason="planned"), as_of=now, after=last.pk)
    assert [person.subscriber_id for person in second.people] == [late.pk]


def test_the_end_of_a_test_is_as_the_dry_run_found_it_out(
    site: Site, now: dt.datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    campaign = factories.make_campaign(site, winner_by=Campaign.WinnerBy.CLICKS, test_percent=1)
    Variant.objects.create(campaign=campaign, letter="B", title="Other words")
    for _ in range(5):
        make_reachable(site)
    request_dry_run(campaign, None, now=now)
    done = work_out(campaign, now=now)
    assert done is not None
    assert done.summary is not None
    foreseen = list_people(campaign, as_of=now)
    Subscriber.objects.filter(pk=foreseen.people[0].subscriber_id).delete()
    with django_assert_max_num_queries(12):
        people = list_people(campaign, as_of=now).people
    # Chance draws hardly anybody for the test: the others wait for its end.
    last = max(person.due_at for person in people if person.due_at)
    assert last.isoformat() == done.summary["test_ends_at"].replace("Z", "+00:00")
