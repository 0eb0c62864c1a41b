"""What stands in the way of a launch, said so that a marketer can mend it."""

import datetime as dt
from typing import Any

import pytest

from campaigns.checks import check_campaign, list_unknown_variables
from campaigns.drafts import set_variants
from campaigns.models import Campaign, Variant
from segments.models import Segment
from subscribers.models import Site
from tests import factories
from tests.campaigns.people import make_segmented

DAY = dt.timedelta(days=1)
GOAL = {"type": "event", "event": "purchase", "where": []}
BUTTON = {"title": "Shop", "link": "https://shop.example"}


def check(site: Site, now: dt.datetime, **values: Any) -> str:
    return " ".join(check_campaign(factories.make_campaign(site, **values), now=now))


def test_nothing_stands_in_the_way_of_a_good_campaign(site: Site, now: dt.datetime) -> None:
    assert check(site, now, actions=[BUTTON, BUTTON]) == ""


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"title": "  "}, "needs a title"),
        ({"body": "Hi {{ subscriber.name"}, "cannot be read"),
        ({"body": "Hi {{ subscriber.name | shout }}"}, "shout"),
        ({"body": "{% include 'x' %}"}, "include"),
        ({"title": "Hi {{ name }}"}, "subscriber."),
        ({"link_url": "javascript:alert(1)"}, "https://"),
        ({"body": "ß" * 500, "link_url": "/" + "x" * 900, "image_url": "https://a.example/" + "x" * 180,
          "actions": [{"title": "a", "link": "/" + "x" * 2000}]}, "3,993"),
        ({"actions": [BUTTON, BUTTON, BUTTON]}, "at most 2 buttons"),
        ({"actions": ["Shop"]}, "title"),
        ({"actions": {"title": "Shop"}}, "at most 2 buttons"),
        ({"actions": [{"link": "/"}]}, "Button 1 needs a text"),
        ({"ttl": 29 * DAY}, "28 days"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_message_is_said(
    site: Site, now: dt.datetime, values: dict[str, Any], sentence: str
) -> None:
    assert sentence in check(site, now, **values)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"schedule": "instant"}, "Choose the moment"),
        ({"schedule": "instant", "send_at": -DAY}, "has passed"),
        ({"schedule": "instant", "send_at": 800 * DAY}, "two years"),
        ({"schedule": "local", "local_time": dt.time(9)}, "Choose the date"),
        ({"schedule": "local", "local_date": dt.date(2026, 11, 19), "local_time": dt.time(9)}, "everywhere"),
        ({"schedule": "local", "local_date": dt.date.max, "local_time": dt.time(9)}, "two years"),
    ],
)
def test_what_is_wrong_with_the_schedule_is_said(
    site: Site, now: dt.datetime, values: dict[str, Any], sentence: str
) -> None:
    if "send_at" in values:
        values = {**values, "send_at": now + values["send_at"]}
    assert sentence in check(site, now, **values)


def test_a_local_time_that_is_still_ahead_somewhere_is_fine(site: Site, now: dt.datetime) -> None:
    yesterday = {"local_date": dt.date(2026, 11, 21), "local_time": dt.time(0, 1)}
    assert check(site, now, schedule=Campaign.Schedule.LOCAL, **yesterday) == ""


REPEATING: dict[str, Any] = {
    "schedule": "recurring", "repeats": "weekly", "weekdays": [1], "local_date": dt.date(2026, 11, 23),
    "local_time": dt.time(9),
}  # fmt: skip


def test_a_campaign_that_repeats_is_fine(site: Site, now: dt.datetime) -> None:
    assert check(site, now, **REPEATING) == ""


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"local_date": None}, "Choose the first day"),
        ({"local_time": None}, "Choose the first day"),
        ({"weekdays": []}, "at least one day of the week"),
        ({"weekdays": [8]}, "Weekdays: "),
        ({"local_date": dt.date(2030, 1, 1)}, "two years"),
        ({"repeat_until": dt.date(2026, 11, 22)}, "before the first"),
        ({"local_date": dt.date(2026, 11, 1), "repeat_until": dt.date(2026, 11, 17)}, "never be sent"),
        ({"repeats": "monthly", "month_day": 24, "repeat_until": dt.date(2026, 11, 23)}, "never be sent"),
        ({"repeats": "monthly", "month_day": 32}, "Day of the month: "),
    ],
)
def test_what_is_wrong_with_repeats_is_said(
    site: Site, now: dt.datetime, values: dict[str, Any], sentence: str
) -> None:
    assert sentence in check(site, now, **{**REPEATING, **values})


def test_each_version_is_checked_and_named(site: Site, now: dt.datetime) -> None:
    campaign = factories.make_campaign(site)
    set_variants(campaign, [Variant(title="Fine"), Variant(title="Hi {{ subscriber.name")])

    (problem,) = check_campaign(campaign, now=now)

    assert problem.startswith("Version C: “Hi {{ subscriber.name” cannot be read")


def test_unknown_attributes_of_every_version_are_found(site: Site) -> None:
    campaign = factories.make_campaign(site, title="{{ subscriber.first_nam }}")
    set_variants(campaign, [Variant(title="{{ subscriber.city }} {{ subscriber.tier }}")])

    assert list_unknown_variables(campaign) == ["first_nam", "tier"]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"winner_by": "clicks"}, "at least two versions"),
        ({"winner_by": "conversions"}, "choose a goal"),
        ({"winner_by": "clicks", "test_duration": dt.timedelta(0)}, "tested for some time"),
        ({"goal": {"type": "page_view"}}, "A goal is one event"),
        ({"goal": GOAL, "click_window": None, "view_window": None}, "for how long"),
        ({"cap_by": "own", "cap_window": dt.timedelta(0)}, "at most a year"),
        ({"cap_limit": 0}, "At most: "),
        ({"holdout_percent": 60}, "Held out, in per cent: "),
        ({"throttle_per_minute": 0}, "At most, a minute: "),
        ({"topic": "no blanks"}, "Topic: "),
    ],
)
def test_what_is_wrong_with_the_rest_is_said(
    site: Site, now: dt.datetime, values: dict[str, Any], sentence: str
) -> None:
    assert sentence in check(site, now, **values)


def test_segments_that_cannot_be_used_are_named(site: Site, now: dt.datetime) -> None:
    foreign = factories.make_segment(factories.make_site(), name="Foreign")
    broken = factories.make_segment(site, name="Broken", status=Segment.Status.FAILED, failure="No such key.")
    both = factories.make_segment(site, name="Both")
    campaign = make_segmented(site, include=[foreign, both], exclude=[broken, both])
    assert check_campaign(campaign, now=now) == [
        "The segment “Broken” could not be built: No such key.",
        "The segment “Foreign” belongs to another site.",
        "The segment “Both” is both sent to and left out.",
    ]
