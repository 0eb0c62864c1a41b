"""Whatever is posted to the forms, they answer with a reason, never with a 500."""

import random
from typing import Any

import pytest
from django.test import Client

from campaigns.models import Campaign
from subscribers.models import Site
from tests.campaigns.admin.pages import fill_in, page_of, sign_in
from tests.chance import count_cases, draw_chance
from tests.factories import make_campaign
from tracking.models import EventType

pytestmark = pytest.mark.django_db
ROUNDS = count_cases(150)
JUNK: list[Any] = [
    "", " ", "x", "nul\0", "💥", "-1", "0", "1e400", "nan", "inf", "9" * 30, "99999999", "1.5", "on", "null", "{}", "{{ x",
    "0001-01-01", "9999-12-31", "24:61", "<script>", "x" * 3000, ["a", "b"], ["9" * 20, "1"], "B", "recurring", "own",
]  # fmt: skip
EVERYTHING: dict[str, Any] = {
    "schedule": "recurring", "repeats": "weekly", "weekdays": ["1", "3"], "month_day": "31", "local_date": "2027-01-01",
    "local_time": "09:00", "repeat_until": "2027-12-31", "send_date": "2027-01-01", "send_time": "09:00",
    "priority": "20", "holdout_percent": "10", "cap_by": "own", "cap_limit": "2", "cap_window_number": "1",
    "cap_window_unit": "days", "counts_towards_caps": "on", "quiet_hours": "site", "throttle_per_minute": "100",
    "topic": "sale", "devices": "all", "weight": "1", "winner_by": "clicks", "test_percent": "20",
    "test_duration_number": "4", "test_duration_unit": "hours", "test_sample": "100", "undecided": "ask",
    "goal_event": "purchase", "goal_is_kept": "on", "click_window_number": "3", "click_window_unit": "days",
    "view_window_number": "", "view_window_unit": "days", "revenue_property": "price", "counts_every_conversion": "on",
    "versions-TOTAL_FORMS": "1", "versions-INITIAL_FORMS": "0", "versions-0-title": "Second",
    "versions-0-weight": "2", "versions-0-DELETE": "", "versions-0-link_url": "/",
    "conditions-TOTAL_FORMS": "1", "conditions-INITIAL_FORMS": "0", "conditions-0-property": "price",
    "conditions-0-operator": "between", "conditions-0-value": "1 and 2",
}  # fmt: skip
POLICY: dict[str, Any] = {
    "quiet_from": "22:00", "quiet_until": "08:00", "quiet_action": "defer", "holdout_percent": "5",
    "throttle_per_minute": "100", "caps-TOTAL_FORMS": "2", "caps-INITIAL_FORMS": "1", "caps-0-limit": "2",
    "caps-0-window_number": "1", "caps-0-window_unit": "days", "caps-0-DELETE": "", "caps-1-limit": "",
    "caps-1-window_number": "", "caps-1-window_unit": "days",
}  # fmt: skip


@pytest.fixture
def client(site: Site) -> Client:
    EventType.objects.create(site=site, name="purchase", properties={"price": "number"})
    client = sign_in("marketer")
    client.raise_request_exception = True
    return client


def spoil(values: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """The values with one to three of them exchanged for junk."""
    keys = chance.sample(sorted(values), chance.randint(1, 3))
    return {**values, **{key: chance.choice(JUNK) for key in keys}}


def test_the_form_as_such_is_fine(client: Client, site: Site) -> None:
    campaign = make_campaign(site)

    assert client.post(page_of(campaign), fill_in(site, **EVERYTHING)).status_code == 302
    campaign.refresh_from_db()
    assert (campaign.schedule, campaign.variants.count()) == (Campaign.Schedule.RECURRING, 1)


@pytest.mark.law
def test_a_spoilt_campaign_is_saved_or_shown_again(client: Client, site: Site) -> None:
    campaign, chance = make_campaign(site), draw_chance("spoilt campaigns")
    for _ in range(ROUNDS):
        spoilt = spoil(fill_in(site, **EVERYTHING), chance)
        assert client.post(page_of(campaign), spoilt).status_code in (200, 302), spoilt


@pytest.mark.law
def test_a_spoilt_policy_is_saved_or_shown_again(client: Client, site: Site) -> None:
    chance = draw_chance("spoilt policies")
    for _ in range(ROUNDS):
        spoilt = spoil(POLICY, chance)
        response = client.post(f"/admin/campaigns/sendingpolicy/{site.pk}/change/", spoilt)
        assert response.status_code in (200, 302), spoilt


@pytest.mark.parametrize("page", ["dry_run", "dry_run_progress", "launch"])
def test_odd_questions_are_answered(client: Client, site: Site, page: str) -> None:
    campaign = make_campaign(site)
    for value in ("nul\0", "9" * 40, "-1", "💥", "x" * 3000):
        query = dict.fromkeys(("q", "zone", "variant", "reason", "after"), value)
        assert client.get(page_of(campaign, page), query).status_code == 200, value
