"""Random sites, campaigns and histories."""

import datetime as dt
import uuid
from random import Random
from typing import Any

from hypothesis import strategies as st

from campaigns.lifecycle import launch_campaign
from campaigns.models import Campaign, FrequencyCap, SendingPolicy, Variant
from subscribers.models import PushSubscription, Site, Subscriber
from tests import factories
from tests.campaigns.histories.living import Step, World
from tests.campaigns.histories.mishaps import FickleTransport
from tests.campaigns.people import in_country
from tests.factories import NOW

ZONES = ("Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Pacific/Kiritimati", "")
PEOPLE = 14
FIRST = 1_000_000
TODAY = {"local_date": NOW.date(), "local_time": dt.time(18)}
SCHEDULES: list[dict[str, Any]] = [
    {"schedule": Campaign.Schedule.NOW},
    {"schedule": Campaign.Schedule.INSTANT, "send_at": NOW + dt.timedelta(hours=1)},
    {"schedule": Campaign.Schedule.LOCAL, "late_policy": Campaign.LatePolicy.SKIP, **TODAY},
    {"schedule": Campaign.Schedule.LOCAL, "late_policy": Campaign.LatePolicy.NEXT_DAY, **TODAY},
    {
        "schedule": Campaign.Schedule.RECURRING, "repeats": Campaign.Repeats.DAILY,
        "repeat_until": NOW.date() + dt.timedelta(days=1), **TODAY,
    },
]  # fmt: skip
STEPS = (
    *["tick"] * 5, *["die"] * 3, *["die sending"] * 2,
    "pause", "resume", "cancel", "merge", "erase", "unsubscribe", "react", "choose",
)  # fmt: skip

seeds = st.integers(0, 2**32)
steps: st.SearchStrategy[Step] = st.tuples(st.sampled_from(STEPS), st.integers(0, 1000))
histories = st.lists(steps, min_size=3, max_size=14)
campaigns = st.fixed_dictionaries(
    {
        "when": st.sampled_from(SCHEDULES),
        "ttl": st.sampled_from([dt.timedelta(0), dt.timedelta(hours=6), dt.timedelta(days=3)]),
        "devices": st.sampled_from(Campaign.Devices),
        "audience_at": st.sampled_from(Campaign.AudienceAt),
        "holdout_percent": st.sampled_from([0, 0, 30]),
        "winner_by": st.sampled_from(["", "", Campaign.WinnerBy.HAND, Campaign.WinnerBy.CLICKS]),
        "undecided": st.sampled_from(Campaign.Undecided),
        "test_duration": st.just(dt.timedelta(hours=2)),
        "test_percent": st.just(40),
        "priority": st.sampled_from(Campaign.Priority),
        "throttle_per_minute": st.sampled_from([None, None, 200]),
        "cap_by": st.sampled_from(Campaign.CapBy),
    }
)
policies = st.fixed_dictionaries(
    {
        "holdout_percent": st.sampled_from([0, 0, 20]),
        "quiet_from": st.just(dt.time(21)),
        "quiet_until": st.just(dt.time(7)),
        "quiet_action": st.sampled_from(SendingPolicy.QuietAction),
    }
)


def begin(seed: int, policy: dict[str, Any] | None, launched: list[dict[str, Any]], *, capped: bool) -> World:
    """A site with a few people, and campaigns that are launched now."""
    # Lots are drawn by ids: given ones, so that a history can be repeated.
    chance, site = Random(seed), factories.make_site(timezone="Europe/Berlin", pk=FIRST)
    people = [_make_person(site, chance) for _ in range(PEOPLE)]
    if policy is not None:
        SendingPolicy.objects.create(site=site, **policy)
    if capped:
        FrequencyCap.objects.create(site=site, limit=1, window=dt.timedelta(hours=20))
    left_out = factories.make_segment(site, in_country("AT"))
    made = []
    for number, values in enumerate(launched):
        campaign = factories.make_campaign(site, **_flatten(values), pk=FIRST + number)
        campaign.exclude_segments.add(left_out)
        Variant.objects.create(campaign=campaign, letter="B", title="Another one")
        made.append(launch_campaign(campaign, now=NOW))
    return World(site, people, made, FickleTransport(seed))


def _make_person(site: Site, chance: Random) -> Subscriber:
    country = chance.choice(["DE", "DE", "DE", "AT"])
    lot = uuid.UUID(int=chance.getrandbits(128))
    person = factories.make_subscriber(site, timezone=chance.choice(ZONES), country=country, uuid=lot)
    for _ in range(chance.choice([0, 1, 1, 1, 2])):
        factories.make_push_subscription(person)
    if chance.random() < 0.1:
        ended = {"ended_at": NOW, "end_reason": PushSubscription.EndReason.UNSUBSCRIBED}
        factories.make_push_subscription(person, **ended)
    return person


def _flatten(values: dict[str, Any]) -> dict[str, Any]:
    when: dict[str, Any] = values["when"]
    return {key: value for key, value in values.items() if key != "when"} | when
