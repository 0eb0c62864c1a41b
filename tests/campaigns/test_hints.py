"""What is allowed and may still be a slip, said before the launch."""

import datetime as dt
from typing import Any

import pytest

from campaigns.hints import count_needed, list_hints
from campaigns.models import SendingPolicy, Variant
from subscribers.models import Site
from tests.factories import make_campaign

pytestmark = pytest.mark.django_db
WEEKLY: dict[str, Any] = {"schedule": "recurring", "repeats": "weekly", "weekdays": [1, 3, 5]}


def hint(site: Site, *, versions: int = 1, tested: int | None = None, **values: Any) -> str:
    defaults = {"local_date": dt.date(2026, 12, 24), "local_time": dt.time(9)}
    campaign = make_campaign(site, **{**defaults, **values})
    for letter in "BCD"[: versions - 1]:
        Variant.objects.create(campaign=campaign, letter=letter, title="Other words")
    return " ".join(list_hints(campaign, tested=tested))


def be_quiet(site: Site, **values: Any) -> None:
    SendingPolicy.objects.create(
        site=site, **{"quiet_from": dt.time(22), "quiet_until": dt.time(8), **values}
    )


def test_a_usual_campaign_needs_no_hint(site: Site) -> None:
    be_quiet(site)

    assert hint(site, schedule="local") == ""


@pytest.mark.parametrize("schedule", ["local", "recurring"])
def test_a_time_within_quiet_hours_is_pointed_out(site: Site, schedule: str) -> None:
    be_quiet(site)

    words = hint(site, schedule=schedule, local_time=dt.time(6, 30))

    assert "06:30 is in the site’s quiet hours: nobody gets it before 08:00." in words


def test_that_quiet_hours_leave_everybody_out_is_pointed_out(site: Site) -> None:
    be_quiet(site, quiet_action="skip")

    assert "everybody is left out" in hint(site, schedule="local", local_time=dt.time(23))


@pytest.mark.parametrize("values", [{"quiet_hours": "ignore"}, {"schedule": "now"}])
def test_where_quiet_hours_do_not_count_nothing_is_said(site: Site, values: dict[str, Any]) -> None:
    be_quiet(site)

    assert hint(site, **{"schedule": "local", "local_time": dt.time(23), **values}) == ""


def test_so_many_people_are_needed_for_a_usual_difference_to_show() -> None:
    # 5 against 7.5 in 100, alpha 5 %, power 80 %: 1,466 by the textbook formula for two proportions.
    assert count_needed() == 1500


def test_a_test_too_small_to_tell_is_pointed_out(site: Site) -> None:
    words = hint(site, versions=2, winner_by="clicks", tested=200)

    assert "Only about 100 people try the version that is tried least" in words


def test_the_version_drawn_least_decides_whether_a_test_is_too_small(site: Site) -> None:
    assert hint(site, versions=2, winner_by="clicks", tested=3000) == ""
    assert "about 1,000 people" in hint(site, versions=2, winner_by="clicks", tested=3000, weight=2)


def test_a_test_on_everybody_leaves_nobody_for_the_winner(site: Site) -> None:
    words = hint(site, versions=2, winner_by="clicks", test_percent=100)

    assert "nobody is left to get the winner" in words


def test_of_a_campaign_that_repeats_the_next_runs_get_the_winner(site: Site) -> None:
    assert hint(site, versions=2, winner_by="clicks", test_percent=100, **WEEKLY) == ""


def test_a_limit_that_its_own_runs_exceed_is_pointed_out(site: Site) -> None:
    own: dict[str, Any] = {"cap_by": "own", "cap_limit": 1}

    assert "It repeats more often" in hint(site, **own, cap_window=dt.timedelta(days=7), **WEEKLY)
    assert hint(site, **own, cap_window=dt.timedelta(days=1), **WEEKLY) == ""


def test_a_goal_that_nobody_reached_so_far_is_pointed_out(site: Site) -> None:
    words = hint(site, goal={"type": "event", "event": "purchase", "where": []})

    assert "Nobody has done “purchase” so far." in words
