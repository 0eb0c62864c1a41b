"""Fields of a schedule that is not chosen do not exist: whichever door they came through, they hold and show nothing."""

import datetime as dt
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from campaigns.drafts import duplicate_campaign
from campaigns.dry_runs import work_out
from campaigns.dry_runs.requests import request_dry_run
from campaigns.models import Campaign
from campaigns.models.schedules import list_unchosen
from campaigns.planning import plan_campaign
from subscribers.models import Site
from tests.campaigns.admin.pages import fill_in, make_reachable, page_of, sign_in
from tests.factories import NOW, make_campaign, make_occurrence

pytestmark = pytest.mark.django_db
TYPED: dict[str, Any] = {
    "send_at": NOW + dt.timedelta(days=3), "local_date": dt.date(2026, 12, 24), "local_time": dt.time(9),
    "late_policy": "send_if_within", "late_limit_minutes": 30, "repeats": "weekly", "weekdays": [1, 5], "month_day": 9,
    "repeat_until": dt.date(2027, 12, 1), "test_ahead": True,
}  # fmt: skip
KEPT = {
    ("now", "weekly"): set(),
    ("instant", "weekly"): {"send_at"},
    ("local", "weekly"): {"local_date", "local_time", "late_limit_minutes", "test_ahead"},
    ("recurring", "daily"): {"local_date", "local_time", "late_limit_minutes", "repeats", "repeat_until"},
    ("recurring", "weekly"): {"local_date", "local_time", "late_limit_minutes", "repeat_until", "weekdays"},
    ("recurring", "monthly"): {
        "local_date", "local_time", "late_limit_minutes", "repeats", "repeat_until", "month_day",
    },
}  # fmt: skip
EACH = pytest.mark.parametrize(("schedule", "repeats"), list(KEPT))


def list_held(campaign: Campaign) -> set[str]:
    """The fields of schedules that differ from those of a campaign about which nothing was said."""
    usual = Campaign()
    return {name for name in TYPED if getattr(campaign, name) != getattr(usual, name)}


def type_into_form(site: Site, schedule: str, repeats: str, **values: str) -> dict[str, Any]:
    everything = {
        "send_date": "2026-11-24", "send_time": "12:00", "local_date": "2026-12-24", "local_time": "09:00",
        "late_policy": "send_if_within", "late_limit_minutes": "30", "repeats": repeats, "weekdays": ["1", "5"],
        "month_day": "9", "repeat_until": "2027-12-01", "test_ahead": "on",
    }  # fmt: skip
    return fill_in(site, **{**everything, "schedule": schedule, **values})


@EACH
def test_a_saved_campaign_keeps_the_fields_of_its_schedule_alone(
    site: Site, schedule: str, repeats: str
) -> None:
    campaign = make_campaign(site, **{**TYPED, "schedule": schedule, "repeats": repeats})
    campaign.refresh_from_db()
    assert list_held(campaign) == KEPT[schedule, repeats]


@EACH
def test_the_form_keeps_the_fields_of_its_schedule_alone(site: Site, schedule: str, repeats: str) -> None:
    sign_in("marketer").post("/admin/campaigns/campaign/add/", type_into_form(site, schedule, repeats))
    assert list_held(Campaign.objects.get()) == KEPT[schedule, repeats]


@EACH
def test_the_api_keeps_the_fields_of_its_schedule_alone(site: Site, schedule: str, repeats: str) -> None:
    client = sign_in(is_superuser=True)
    body = {
        **TYPED,
        "site": site.pk,
        "name": "Sale",
        "title": "Sale",
        "schedule": schedule,
        "repeats": repeats,
    }
    answer = client.post("/api/v1/campaigns/", body, content_type="application/json")
    assert answer.status_code == 201, answer.content
    assert list_held(Campaign.objects.get()) == KEPT[schedule, repeats]
    if schedule == "now":
        assert (answer.json()["local_date"], answer.json()["local_time"], answer.json()["send_at"]) == (
            None,
        ) * 3


def test_another_schedule_by_the_api_forgets_the_first(site: Site) -> None:
    campaign = make_campaign(site, **{**TYPED, "schedule": "local"})
    sign_in(is_superuser=True).patch(
        f"/api/v1/campaigns/{campaign.pk}/", {"schedule": "now"}, content_type="application/json"
    )
    campaign.refresh_from_db()
    assert (campaign.schedule, list_held(campaign)) == ("now", set())


def test_a_schedule_that_alone_is_written_takes_what_it_makes_void_with_it(site: Site) -> None:
    campaign = make_campaign(site, **{**TYPED, "schedule": "local"})
    campaign.schedule = "now"
    campaign.save(update_fields=["schedule"])
    campaign.refresh_from_db()
    assert list_held(campaign) == set()


@pytest.mark.parametrize(
    "nonsense",
    [
        {"local_date": "the 24th"}, {"local_time": "nine"}, {"send_date": "0001-01-01"}, {"send_time": "25:00"},
        {"repeat_until": "never"}, {"month_day": "99"}, {"weekdays": ["8"]}, {"late_limit_minutes": "many"},
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_field_that_nobody_sees_is_not_complained_of(
    site: Site, nonsense: dict[str, Any]
) -> None:
    client = sign_in("marketer")
    client.post("/admin/campaigns/campaign/add/", type_into_form(site, "now", "daily", **nonsense))
    assert list_held(Campaign.objects.get()) == set()


def store_as_before(campaign: Campaign) -> None:
    """As campaigns were stored that were written before such fields were forgotten."""
    Campaign.objects.filter(pk=campaign.pk).update(
        **{**TYPED, "send_at": NOW, "late_policy": "skip", "repeats": "monthly"}
    )
    campaign.refresh_from_db()


def test_a_copy_of_a_stored_one_has_no_day_that_was_not_chosen(site: Site) -> None:
    campaign = make_campaign(site, schedule="now")
    store_as_before(campaign)
    assert list_held(duplicate_campaign(campaign, created_by=None)) == set()


def test_the_launch_page_shows_no_day_that_was_not_chosen(site: Site) -> None:
    make_reachable(site)
    campaign = make_campaign(site, schedule="now")
    store_as_before(campaign)
    request_dry_run(campaign, None, now=NOW)
    work_out(campaign, now=NOW)
    page = sign_in("marketer", is_superuser=True).get(page_of(campaign, "launch")).content.decode()
    assert "Who would get it" in page
    assert "24 Dec" not in page


def test_a_run_that_is_due_for_all_at_once_has_no_day_of_its_own(site: Site) -> None:
    make_reachable(site)
    campaign = make_campaign(site, schedule="now", status="scheduled", launched_at=NOW)
    store_as_before(campaign)
    run = plan_campaign(campaign, now=NOW)
    assert run is not None
    assert run.local_date is None


@EACH
def test_stored_campaigns_forget_what_was_not_chosen(site: Site, schedule: str, repeats: str) -> None:
    campaign = make_campaign(site, **{**TYPED, "schedule": schedule, "repeats": repeats})
    run = make_occurrence(campaign, local_date=dt.date(2026, 12, 24))
    Campaign.objects.filter(pk=campaign.pk).update(
        **{**TYPED, "repeats": repeats, "test_ahead": campaign.test_ahead}
    )
    import_module("campaigns.migrations.0012_unchosen_schedules").forget_unchosen(
        apps, connection.schema_editor()
    )
    campaign.refresh_from_db()
    run.refresh_from_db()
    assert list_held(campaign) == KEPT[schedule, repeats]
    assert (run.local_date is None) == (schedule in ("now", "instant"))


def test_every_field_of_a_schedule_belongs_to_one() -> None:
    assert list_unchosen("now", "weekly", "skip") == set(TYPED)
