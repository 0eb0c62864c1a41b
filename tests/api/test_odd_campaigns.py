"""What the management door takes can be lived with: whatever campaign it let in is launched, planned, sent and reported."""

import datetime as dt
import random
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from campaigns.attribution import attribute_open_runs
from campaigns.experiments import choose_due_winners
from campaigns.models import Campaign
from campaigns.planning import plan_due_campaigns
from campaigns.transports.memory import MemoryTransport
from subscribers.models import Site
from tests import factories
from tests.api.test_fuzz import list_doors, send, spoil
from tests.campaigns.people import deliver_due, make_reachable
from tests.chance import count_cases, draw_chance

ROUNDS = max(8, count_cases(8))
# Odd, and right all the same.
ODD: dict[str, list[Any]] = {
    "name": ["💥", " x", "a\tb"], "title": ["{{ subscriber.list }}", "{{ subscriber.first_name | divided_by: 0 }}", "{{ subscriber }}"],
    "body": ["", "{% for i in (1..99999) %}x{% endfor %}", "{{ subscriber.timezone | upcase | split: '/' | first }}", "ü" * 500],
    "link_url": ["", "/", "{{ subscriber.first_name }}", "https://a.example/?q={{ subscriber.external_id | url_encode }}"],
    "actions": [[], [{"title": "{{ subscriber.first_name }}"}] * 2], "weight": [100], "test_percent": [1, 100],
    "variants": [[], [{"title": "{{ subscriber.nobody }}", "weight": 100}] * 7], "winner_by": ["", "clicks", "conversions"],
    "test_duration": ["00:00:01", "2 00:00:00"], "test_sample": [1, None, 2**31 - 1], "holdout_percent": [0, 50],
    "late_policy": ["send_now", "next_day", "skip", "send_if_within"], "late_limit_minutes": [0, 1440],
    "local_time": ["00:00", "23:59:59.999999", "02:30"], "ttl": ["00:00:00", "28 00:00:00", "0.000001"],
    "repeats": ["daily", "weekly", "monthly"], "weekdays": [[7, 7, 1], [1, 2, 3, 4, 5, 6, 7]], "month_day": [31, 1],
    "priority": [10, 40], "cap_by": ["site", "own", "none"], "cap_limit": [1, 32767], "cap_window": ["00:00:01", "366 00:00:00"],
    "throttle_per_minute": [1, 2**31 - 1], "devices": ["all", "last_seen"], "urgency": ["very-low", "high"],
    "topic": ["", "a" * 20], "revenue_property": ["", "a'b\"c", "%s"], "audience_at": ["delivery"], "quiet_hours": ["ignore"],
    "goal": [
        None, {"type": "event", "event": "$page_view", "where": []},
        {"type": "event", "event": "%s'\"", "where": [{"property": "%d", "operator": "exists"}]},
    ],
    "click_window": [None, "00:00:01"], "view_window": ["90 00:00:00"],
}  # fmt: skip
ENDED = {Campaign.Status.FINISHED, Campaign.Status.CANCELLED}


@pytest.fixture
def site(db: None) -> Site:
    site = factories.make_site(timezone="Asia/Kathmandu")
    for zone in ("Europe/Berlin", "Pacific/Kiritimati", "Mars/Olympus"):
        for name in ("Ada", "", None):
            attributes = {"first_name": name, "list": [1, {"a": None}]}
            make_reachable(site, timezone=zone, attributes=attributes, external_id=f"{zone}-{name}")
    return site


def compose(body: dict[str, Any], chance: random.Random) -> Any:
    """A campaign of one kind or another that is odd in several places; one in five is spoilt."""
    today = timezone.now().date()
    day, last = (str(today + dt.timedelta(days=days)) for days in (1, 3))
    schedule = chance.choice(
        [
            {"schedule": "now"},
            {"schedule": "instant", "send_at": f"{day}T09:00:00Z"},
            {"schedule": "local", "local_date": day},
            {"schedule": "recurring", "local_date": day, "repeats": "daily", "repeat_until": last},
        ]
    )
    usual: dict[str, Any] = {
        "title": "Hi {{ subscriber.first_name | default: 'you' }}", "include_segments": [], "ttl": "01:00:00",
        "throttle_per_minute": None, "undecided": chance.choice(["leader", "split"]), "quiet_hours": "site",
    }  # fmt: skip
    odd = {name: chance.choice(ODD[name]) for name in chance.sample(sorted(ODD), chance.randrange(1, 6))}
    right = {**body, **usual, **schedule, **odd}
    return spoil(right, chance) if chance.random() < 0.2 else right


def live_through(campaign: Campaign) -> None:
    """A week in steps of four hours, with the ticks of everybody who works on campaigns: three runs, the last with two days of test."""
    now, transport = timezone.now(), MemoryTransport()
    for _ in range(42):
        plan_due_campaigns(now=now)
        choose_due_winners(now=now)
        deliver_due(now=now, transport=transport)
        now += dt.timedelta(hours=4)
    attribute_open_runs(now=now)
    campaign.refresh_from_db()


@pytest.mark.law
def test_an_odd_campaign_is_refused_or_can_be_lived_with(client: APIClient, site: Site) -> None:
    body = next(body for method, path, body in list_doors(site) if (method, path) == ("post", "campaigns/"))
    chance, taken, ended = draw_chance("odd campaigns"), 0, 0
    for _ in range(ROUNDS):
        spoilt = compose(body, chance)
        if send(client, "post", "campaigns/", spoilt) != 201:
            continue
        taken += 1
        campaign = Campaign.objects.latest("pk")
        here = f"/api/v1/campaigns/{campaign.pk}"
        for looked_at in ("", "dry-run/", "dry-run/people/"):
            assert client.get(f"{here}/{looked_at}").status_code in {200, 202}, (looked_at, spoilt)
        if send(client, "post", f"campaigns/{campaign.pk}/launch/", {}) == 200:
            live_through(campaign)
            assert campaign.status in ENDED, (campaign.status, campaign.status_reason, spoilt)
            ended += 1
        for looked_at in ("report/", "progress/", "deliveries/", "report.csv"):
            assert client.get(f"{here}/{looked_at}").status_code == 200, (looked_at, spoilt)
    assert taken
    assert ended
