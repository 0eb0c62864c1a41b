"""What a dry run tells a marketer in sentences."""

import datetime as dt
from typing import Any

from campaigns.dry_runs import request_dry_run, work_out
from campaigns.models import Campaign, SendingPolicy, Variant
from subscribers.models import Site
from tests import factories
from tests.campaigns.people import make_reachable

LOCAL: dict[str, Any] = {
    "schedule": Campaign.Schedule.LOCAL,
    "local_date": dt.date(2026, 11, 21),
    "local_time": dt.time(8),
}


def remark(campaign: Campaign, now: dt.datetime, part: str = "remarks") -> list[str]:
    request_dry_run(campaign, None, now=now)
    done = work_out(campaign, now=now)
    assert done is not None
    assert done.summary is not None
    said: list[str] = done.summary[part]
    return said


def test_an_empty_audience(site: Site, now: dt.datetime) -> None:
    assert remark(factories.make_campaign(site), now) == ["Nobody is in the audience."]


def test_an_audience_that_cannot_be_reached(site: Site, now: dt.datetime) -> None:
    factories.make_subscriber(site)
    assert remark(factories.make_campaign(site), now) == ["Nobody in the audience can be sent this."]


def test_unknown_time_zones_where_they_matter(site: Site, now: dt.datetime) -> None:
    make_reachable(site)
    tomorrow = {**LOCAL, "local_date": dt.date(2026, 11, 22)}
    said = remark(factories.make_campaign(site, **tomorrow), now)
    assert said[:1] == ["The time zone of 1 person is not known: the site’s is used, Europe/Berlin."]
    assert remark(factories.make_campaign(site), now) == []


def test_lateness_and_what_follows_from_it(site: Site, now: dt.datetime) -> None:
    make_reachable(site, timezone="Europe/Berlin")
    late = "For 1 person that time has passed already: they"
    for policy, follows in (
        (Campaign.LatePolicy.NEXT_DAY, "get it the next day at that time."),
        (Campaign.LatePolicy.SEND_NOW, "get it right away."),
        (Campaign.LatePolicy.SKIP, "are left out."),
    ):
        said = remark(factories.make_campaign(site, late_policy=policy, **LOCAL), now)
        assert any(f"{late} {follows}" in each for each in said)


def test_quiet_hours_and_the_wait_for_a_winner(site: Site, now: dt.datetime) -> None:
    SendingPolicy.objects.create(site=site, quiet_from=dt.time(20), quiet_until=dt.time(23))
    for _ in range(20):
        make_reachable(site, timezone="Asia/Tokyo")
    campaign = factories.make_campaign(site, winner_by=Campaign.WinnerBy.CLICKS, test_percent=50)
    Variant.objects.create(campaign=campaign, letter="B", title="Other words")
    quiet, waiting, *_ = remark(campaign, now)
    assert quiet.endswith("it falls into quiet hours: they get it when those end.")
    # Those who are tested get it at 14:00 UTC, when it is 23:00 in Tokyo.
    assert waiting.endswith("wait for the winner, until 21 Nov 2026, 19:00 (Europe/Berlin) or later.")


def test_a_holdout_that_is_too_small_to_tell_anything(site: Site, now: dt.datetime) -> None:
    make_reachable(site)
    said = remark(factories.make_campaign(site, holdout_percent=1), now)
    # Held out or not: of one person, both may be.
    assert said[-1].endswith("would be held out: too few to see what difference the campaign makes.")


def test_a_key_that_nobody_has(site: Site, now: dt.datetime) -> None:
    make_reachable(site)
    (said,) = remark(factories.make_campaign(site, title="Hello {{ subscriber.frist_name }}"), now)
    assert "frist_name" in said


def test_what_stands_in_the_way_of_a_launch(site: Site, now: dt.datetime) -> None:
    draft = factories.make_campaign(site, schedule=Campaign.Schedule.LOCAL)
    assert remark(draft, now, "problems") == ["Choose the date and the time of day at which it is sent."]
