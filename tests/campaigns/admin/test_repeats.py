"""Campaigns that repeat: the form, and when they go out next, in words."""

import datetime as dt
from typing import Any

import pytest

from campaigns.admin.run_views import describe_next_runs
from campaigns.admin.wording import describe_schedule
from campaigns.models import Campaign
from subscribers.models import Site
from tests.campaigns.admin.pages import fill_in, sign_in

ADD = "/admin/campaigns/campaign/add/"
RUNS = "/admin/campaigns/campaign/runs/"
NOW = dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.UTC)  # a Saturday
WEEKLY: dict[str, Any] = {
    "schedule": "recurring", "repeats": "weekly", "weekdays": [1, 3], "local_date": "2027-11-22", "local_time": "09:00",
}  # fmt: skip


def make_repeating(**values: Any) -> Campaign:
    defaults = {"local_date": dt.date(2026, 11, 22), "local_time": dt.time(9), "repeats": "daily"}
    return Campaign(schedule="recurring", **{**defaults, **values})


@pytest.mark.django_db
def test_days_of_the_week_are_kept(site: Site) -> None:
    response = sign_in("marketer").post(ADD, fill_in(site, **WEEKLY, repeat_until="2027-12-31"))

    assert response.status_code == 302
    campaign = Campaign.objects.get()
    assert (campaign.repeats, campaign.weekdays) == ("weekly", [1, 3])
    assert campaign.repeat_until == dt.date(2027, 12, 31)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"weekdays": []}, "weekdays", "at least one day"),
        ({"repeat_until": "2027-11-01"}, "repeat_until", "before the first"),
        ({"local_date": ""}, "local_date", "24 December"),
        ({"repeats": "monthly", "month_day": "32"}, "month_day", "31"),
    ],
)
def test_what_is_missing_is_asked_for(site: Site, values: dict[str, Any], field: str, sentence: str) -> None:
    response = sign_in("marketer").post(ADD, fill_in(site, **{**WEEKLY, **values}))

    assert sentence in response.context["adminform"].form.errors[field][0]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "Next: Sun 22 Nov 2026, Mon 23 Nov 2026, Tue 24 Nov 2026, Wed 25 Nov 2026 and so on, at 09:00"),
        ({"repeat_until": dt.date(2026, 11, 23)}, "Next: Sun 22 Nov 2026, Mon 23 Nov 2026, at 09:00"),
        ({"repeats": "weekly", "weekdays": [5]}, "Next: Fri 27 Nov 2026, Fri 4 Dec 2026,"),
        ({"repeats": "weekly"}, "Choose at least one day of the week."),
        ({"repeats": "monthly", "month_day": 31}, "Next: Mon 30 Nov 2026, Thu 31 Dec 2026, Sun 31 Jan 2027"),
        ({"local_time": None}, "Choose the first day and the time"),
        ({"local_date": dt.date.min}, "Choose the first day and the time"),
        ({"local_date": dt.date.max}, "Choose the first day and the time"),
        ({"repeat_until": dt.date.min}, "It would never go out"),
        ({"repeats": "monthly", "repeat_until": dt.date(2026, 11, 25)}, "It would never go out"),
    ],
)
def test_the_next_runs_are_said_in_words(values: dict[str, Any], sentence: str) -> None:
    assert describe_next_runs(make_repeating(**values), now=NOW).startswith(sentence)


@pytest.mark.django_db
def test_the_page_asks_for_the_words_while_one_chooses(site: Site) -> None:
    words = sign_in("marketer").get(RUNS, WEEKLY).content.decode()

    assert words.startswith("Next: Mon 22 Nov 2027, Wed 24 Nov 2027")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query", [{}, {"local_date": "0001-01-01", "local_time": "09:00"}, {"local_date": "x", "month_day": "99"}]
)
def test_nonsense_is_not_taken_amiss(site: Site, query: dict[str, str]) -> None:
    words = sign_in("marketer").get(RUNS, query).content.decode()

    assert words == "Choose the first day and the time to see when it goes out."


@pytest.mark.parametrize(
    ("values", "phrase"),
    [
        ({}, "Every day at 09:00 local time, from 22 Nov 2026"),
        ({"repeats": "weekly", "weekdays": [1, 3, 5]}, "Every Mon, Wed and Fri at 09:00 local time"),
        ({"repeats": "monthly", "month_day": 31}, "On the last day of every month at 09:00"),
        ({"repeats": "monthly", "repeat_until": dt.date(2026, 12, 24)}, "until 24 Dec 2026"),
    ],
)
def test_the_schedule_reads_as_a_phrase(values: dict[str, Any], phrase: str) -> None:
    assert phrase in describe_schedule(make_repeating(**values))
