"""What the dry run says of each person is what then happens to them: through whole days, in many time zones."""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from campaigns.dry_runs import Outlook, list_people, request_dry_run, work_out
from campaigns.lifecycle import launch_campaign
from campaigns.models import Campaign, Delivery, FrequencyCap, SendingPolicy, Variant
from subscribers.models import Site
from tests import factories
from tests.campaigns.lifetimes import STEP, ZONES, Postbook, live_through, make_sent_lately, populate
from tests.campaigns.people import in_country

Reason = Delivery.Reason
Schedule = Campaign.Schedule
LatePolicy = Campaign.LatePolicy
EACH = 8  # people in each zone
ALWAYS = {Reason.EXCLUDED, Reason.NEVER_SUBSCRIBED, Reason.UNSUBSCRIBED}


@dataclass(frozen=True)
class Story:
    """A campaign, the policy of its site, and the reasons for which somebody is left out besides the usual ones."""

    now: str
    hours: int
    campaign: dict[str, Any]
    policy: dict[str, Any] = field(default_factory=dict)
    reasons: frozenset[str] = frozenset()
    deferred: bool = False


def local(day: str, time: str, **values: Any) -> dict[str, Any]:
    at = {"local_date": dt.date.fromisoformat(day), "local_time": dt.time.fromisoformat(time)}
    return {"schedule": Schedule.LOCAL, **at, **values}


NIGHT = {"quiet_from": dt.time(22), "quiet_until": dt.time(6, 45)}
SKIP_AT_NIGHT = {**NIGHT, "quiet_action": SendingPolicy.QuietAction.SKIP}
STORIES = {
    "right away": Story("2026-11-21T12:00Z", 1, {"schedule": Schedule.NOW}),
    "right away, nights deferred": Story(
        "2026-11-21T12:00Z", 9, {"schedule": Schedule.NOW}, NIGHT, deferred=True
    ),
    "at an instant, nights left out": Story(
        "2026-11-21T12:00Z", 9,
        {"schedule": Schedule.INSTANT, "send_at": dt.datetime(2026, 11, 21, 20, 30, tzinfo=dt.UTC)},
        SKIP_AT_NIGHT, frozenset({Reason.QUIET_HOURS}),
    ),
    "in the hour that European clocks skip": Story("2027-03-27T12:00Z", 28, local("2027-03-28", "02:30")),
    "in the hour that European clocks skip, which is quiet": Story(
        "2027-03-27T12:00Z", 33, local("2027-03-28", "02:30"), NIGHT, deferred=True
    ),
    "in the hour that European clocks show twice": Story("2027-10-30T12:00Z", 28, local("2027-10-31", "02:30")),
    "in the hour that Lord Howe skips half of": Story("2027-10-02T12:00Z", 28, local("2027-10-03", "02:15")),
    "in the hour that New York shows twice, quiet until then": Story(
        "2027-11-06T11:00Z", 28, local("2027-11-07", "01:30"),
        {"quiet_from": dt.time(22), "quiet_until": dt.time(1, 30)},
    ),
    "today, the next day where it is too late": Story(
        "2026-11-21T12:00Z", 20, local("2026-11-21", "18:00", late_policy=LatePolicy.NEXT_DAY)
    ),
    "today, without those for whom it is too late": Story(
        "2026-11-21T12:00Z", 19, local("2026-11-21", "18:00", late_policy=LatePolicy.SKIP),
        reasons=frozenset({Reason.TOO_LATE}),
    ),
    "today, late by an hour at most": Story(
        "2026-11-21T12:00Z", 19,
        local("2026-11-21", "17:30", late_policy=LatePolicy.SEND_IF_WITHIN, late_limit_minutes=60),
        reasons=frozenset({Reason.TOO_LATE}),
    ),
    "at once where it is late, but not at night": Story(
        "2026-11-21T12:00Z", 24, local("2026-11-21", "18:00", late_policy=LatePolicy.SEND_NOW), NIGHT, deferred=True
    ),
    "every day, of which this is the first": Story(
        "2026-11-21T12:00Z", 34,
        local(
            "2026-11-22", "09:15", repeats=Campaign.Repeats.DAILY, repeat_until=dt.date(2026, 11, 22)
        ) | {"schedule": Schedule.RECURRING},
    ),
    "with holdout and control group": Story(
        "2026-11-21T12:00Z", 34, local("2026-11-22", "09:15", holdout_percent=30), {"holdout_percent": 25},
        frozenset({Reason.HOLDOUT, Reason.CONTROL_GROUP}),
    ),
}  # fmt: skip


@pytest.fixture
def site(db: None) -> Site:
    site = factories.make_site(timezone="America/Chicago")
    populate(site, each=EACH)
    return site


def compose(site: Site, story: Story) -> Campaign:
    """The campaign of a story as a draft, in three versions, and without those in a segment."""
    if story.policy:
        SendingPolicy.objects.create(site=site, **story.policy)
    values = {"title": "Version A", "ttl": dt.timedelta(days=1), **story.campaign}
    campaign = factories.make_campaign(site, **values)
    campaign.exclude_segments.add(factories.make_segment(site, in_country("XX")))
    for letter, weight in (("B", 2), ("C", 1)):
        Variant.objects.create(campaign=campaign, letter=letter, weight=weight, title=f"Version {letter}")
    return campaign


def foresee(campaign: Campaign, *, now: dt.datetime) -> dict[int, Outlook]:
    """The dry run of a launch now: everybody, person by person. Its figures are those of its people."""
    request_dry_run(campaign, None, now=now)
    dry_run = work_out(campaign, now=now)
    assert dry_run is not None
    assert dry_run.summary is not None
    people = list_people(campaign, as_of=now, limit=10_000).people
    assert dry_run.summary["audience"] == len(people)
    assert dry_run.summary["by_reason"] == Counter(person.reason for person in people if person.reason)
    variants = Counter(person.variant for person in people if not person.reason and not person.awaits_winner)
    assert dry_run.summary["by_variant"] == variants
    return {person.subscriber_id: person for person in people}


def tell_outlook(person: Outlook) -> tuple[object, ...]:
    """What was said: skipped for a reason; or sent a version, when, by whose clock."""
    if person.reason:
        return (Delivery.Status.SKIPPED, person.reason)
    zone = (person.timezone, person.timezone_is_site_default)
    return (Delivery.Status.SENT, person.variant, person.due_at, person.deferred, *zone)


def tell_outcome(delivery: Delivery) -> tuple[object, ...]:
    """What became of it, in the same words."""
    if delivery.reason:
        return (delivery.status, delivery.reason)
    zone = (delivery.timezone, delivery.timezone_is_site_default)
    return (delivery.status, delivery.variant, delivery.due_at, delivery.deferred, *zone)


def check_sendings(campaign: Campaign, foreseen: dict[int, Outlook], book: Postbook) -> None:
    """Each who was to get it got one push, at their instant, in their version, on a device of theirs."""
    sent = {
        sending.key.subscriber_id: sending
        for sending in book.sendings
        if sending.key.campaign_id == campaign.pk
    }
    assert len(sent) == sum(sending.key.campaign_id == campaign.pk for sending in book.sendings)
    planned = {person.subscriber_id: person for person in foreseen.values() if not person.reason}
    assert sent.keys() == planned.keys()
    for subscriber_id, sending in sent.items():
        person = planned[subscriber_id]
        assert person.due_at is not None
        assert person.due_at <= sending.at < person.due_at + STEP
        assert (
            person.local_due_at == sending.at.astimezone(ZoneInfo(person.timezone))
            or sending.at != person.due_at
        )
        assert sending.title == f"Version {person.variant}"


def run_story(
    site: Site, story: Story, prepare: Callable[[Campaign], None] = lambda campaign: None
) -> dict[int, Outlook]:
    """Dry run, launch, and the days after it; what was foreseen has happened."""
    now = dt.datetime.fromisoformat(story.now)
    campaign = compose(site, story)
    prepare(campaign)
    foreseen = foresee(campaign, now=now)
    launch_campaign(campaign, now=now)
    book = Postbook()
    live_through(now, now + dt.timedelta(hours=story.hours), book)
    deliveries = {delivery.subscriber_id: delivery for delivery in campaign.deliveries.all()}
    happened = {pk: tell_outcome(delivery) for pk, delivery in deliveries.items()}
    assert happened == {pk: tell_outlook(person) for pk, person in foreseen.items()}
    check_sendings(campaign, foreseen, book)
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.FINISHED
    return foreseen


@pytest.mark.parametrize("name", STORIES)
def test_what_was_foreseen_happens_to_each_person(site: Site, name: str) -> None:
    story = STORIES[name]
    foreseen = run_story(site, story)
    assert len(foreseen) == EACH * len(ZONES)
    assert {person.reason for person in foreseen.values() if person.reason} == ALWAYS | story.reasons
    assert any(person.deferred for person in foreseen.values()) == story.deferred
    assert {person.variant for person in foreseen.values() if not person.reason} == {"A", "B", "C"}


def test_who_got_enough_lately_or_is_about_to_is_left_out_as_foreseen(site: Site) -> None:
    story = Story("2026-11-21T12:00Z", 40, local("2026-11-22", "15:00"))
    now = dt.datetime.fromisoformat(story.now)
    FrequencyCap.objects.create(site=site, limit=1, window=dt.timedelta(days=1))
    FrequencyCap.objects.create(site=site, limit=2, window=dt.timedelta(days=7))
    people = list(site.subscribers.order_by("pk"))
    lately, twice, rival = people[3::EACH], people[4::EACH], people[5::EACH]

    def prepare(campaign: Campaign) -> None:
        make_sent_lately(lately, at=now - dt.timedelta(hours=1))
        for days in (2, 5):
            make_sent_lately(twice, at=now - dt.timedelta(days=days))
        # A rival that goes first: higher priority, the same day in the morning.
        for person in rival:
            person.country = "AT"
            person.save()
        values = local("2026-11-22", "10:00", priority=Campaign.Priority.HIGH, title="Version R")
        first = factories.make_campaign(site, **values)
        first.include_segments.add(factories.make_segment(site, in_country("AT")))
        launch_campaign(first, now=now)
        live_through(now, now, Postbook())

    foreseen = run_story(site, story, prepare)
    capped = {pk for pk, person in foreseen.items() if person.reason == Reason.FREQUENCY_CAP}
    assert {person.pk for person in [*twice, *rival]} <= capped
    # A day after the last one there is room again: that depends on where they live.
    assert 0 < len(capped & {person.pk for person in lately}) < len(lately)


@pytest.mark.parametrize(
    ("schedule", "hours"), [({"schedule": Schedule.NOW}, 5), (local("2026-11-22", "15:00"), 64)]
)
def test_whoever_waits_for_the_winner_gets_it_when_that_was_foreseen(
    site: Site, schedule: dict[str, Any], hours: int
) -> None:
    now = dt.datetime.fromisoformat("2026-11-21T12:00Z")
    test = {"winner_by": Campaign.WinnerBy.CLICKS, "test_percent": 30, "test_duration": dt.timedelta(hours=4)}
    campaign = compose(site, Story("", 0, {**schedule, **test}))
    foreseen = foresee(campaign, now=now)
    launch_campaign(campaign, now=now)
    book = Postbook()
    live_through(now, now + dt.timedelta(hours=hours), book)
    campaign.refresh_from_db()
    planned = {person.subscriber_id: person for person in foreseen.values() if not person.reason}
    assert {person.awaits_winner for person in planned.values()} == {True, False}
    # Nobody clicked, so nothing can be told, and everybody gets the version drawn for them.
    assert (campaign.winner, campaign.winner_chosen_at is None) == ("", False)
    told = {sending.key.subscriber_id: sending for sending in book.sendings}
    assert len(told) == len(book.sendings)
    assert told.keys() == planned.keys()
    for pk, person in planned.items():
        assert person.due_at is not None
        assert person.due_at <= told[pk].at < person.due_at + STEP
        assert told[pk].title == f"Version {person.variant}"
