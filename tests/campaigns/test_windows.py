"""“The last 24 hours” means other things to people whose local times lie further apart than that."""

import datetime as dt
from typing import Any

import pytest

from campaigns.dry_runs import request_dry_run, work_out
from campaigns.models import Campaign
from campaigns.windows import measure_spread, remark_on_campaign
from segments.models import Segment
from segments.preview import preview_rule
from subscribers.models import Site
from tests import factories
from tests.campaigns.people import make_segmented

LOCAL: dict[str, Any] = {
    "schedule": Campaign.Schedule.LOCAL,
    "local_date": dt.date(2026, 11, 30),
    "local_time": dt.time(9),
}


def visited(**window: Any) -> dict[str, Any]:
    return {"version": 1, "root": {"type": "event", "event": "visit", "within": window}}


LAST_DAY = visited(last={"hours": 24})


@pytest.fixture
def world(site: Site) -> Site:
    """Subscribers 25 hours apart: Kiritimati is at UTC+14, Pago Pago at UTC−11."""
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Berlin", "Nowhere"):
        person = factories.make_subscriber(site, timezone=zone)
    factories.make_event(person, "visit")
    return site


def remark(campaign: Campaign, now: dt.datetime) -> str:
    return " ".join(remark_on_campaign(campaign, now=now))


def test_the_spread_is_that_of_the_zones_people_live_in(world: Site, now: dt.datetime) -> None:
    lonely = factories.make_site()
    factories.make_subscriber(lonely, timezone="Asia/Kathmandu")

    assert measure_spread(world, now=now) == dt.timedelta(hours=25)
    assert measure_spread(lonely, now=now) == dt.timedelta(0)
    assert measure_spread(factories.make_site(), now=now) == dt.timedelta(0)


def test_who_was_merged_and_who_has_no_zone_of_their_own_widen_nothing(site: Site, now: dt.datetime) -> None:
    person = factories.make_subscriber(site, timezone="Europe/Berlin")
    factories.make_subscriber(site, timezone="")
    factories.make_subscriber(site, timezone="Pacific/Kiritimati", merged_into=person)

    assert measure_spread(site, now=now) == dt.timedelta(0)


@pytest.mark.parametrize("role", ["include", "exclude"])
def test_a_window_shorter_than_local_times_lie_apart_is_said_before_launch(
    world: Site, now: dt.datetime, role: str
) -> None:
    segment = factories.make_segment(world, LAST_DAY, name="Visitors")
    campaign = make_segmented(world, **{role: [segment]}, **LOCAL)

    request_dry_run(campaign, None, now=now)
    done = work_out(campaign, now=now)
    assert done is not None
    [said] = [each for each in (done.summary or {})["remarks"] if "Visitors" in each]

    assert "looks for people who did “visit” in the last 24 hours" in said
    assert "25 hours apart" in said


def test_it_is_said_of_the_planning_of_a_campaign_that_repeats(world: Site, now: dt.datetime) -> None:
    segment = factories.make_segment(world, LAST_DAY, name="Visitors")
    repeating = {**LOCAL, "schedule": Campaign.Schedule.RECURRING, "status": Campaign.Status.RUNNING}
    campaign = make_segmented(world, include=[segment], **repeating)

    assert "in the last 24 hours”" not in remark(campaign, now)
    assert "as of the planning of each run" in remark(campaign, now)


def test_it_is_said_of_a_segment_that_is_built_on_such_a_one(world: Site, now: dt.datetime) -> None:
    inner = factories.make_segment(world, LAST_DAY, name="Inner")
    outer = {"version": 1, "root": {"type": "segment", "segment": inner.pk}}
    campaign = make_segmented(world, include=[factories.make_segment(world, outer, name="Outer")], **LOCAL)

    assert "“Outer” looks for people who did “visit” in the last 24 hours" in remark(campaign, now)


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        pytest.param(LAST_DAY, {"schedule": Campaign.Schedule.NOW}, id="sent-at-one-moment"),
        pytest.param(LAST_DAY, {"audience_at": Campaign.AudienceAt.DELIVERY}, id="checked-again"),
        pytest.param(visited(last={"hours": 25}), {}, id="as-long-as-the-spread"),
        pytest.param(visited(since="2026-01-01T00:00:00Z"), {}, id="it-does-not-move"),
        pytest.param({"version": 9}, {}, id="a-rule-that-cannot-be-read"),
    ],
)
def test_elsewhere_nothing_is_said(
    world: Site, now: dt.datetime, rule: dict[str, Any], values: dict[str, Any]
) -> None:
    segment = factories.make_segment(world, rule)

    assert remark(make_segmented(world, include=[segment], **{**LOCAL, **values}), now) == ""


def test_a_campaign_to_everybody_asks_no_rule(world: Site, now: dt.datetime) -> None:
    assert remark(make_segmented(world, **LOCAL), now) == ""


def preview(segment: Segment, now: dt.datetime) -> list[str]:
    remarks = preview_rule(segment.site, LAST_DAY, as_of=now, segment=segment).remarks
    return [f"{each.path}: {each.message}" for each in remarks if "local time" in each.message]


def test_whoever_edits_the_segment_of_such_a_campaign_reads_it_too(world: Site, now: dt.datetime) -> None:
    segment = factories.make_segment(world)
    make_segmented(world, exclude=[segment], name="Spring sale", **LOCAL)

    [said] = preview(segment, now)

    assert said.startswith(
        "root: “Spring sale” goes to each one at their local time, and those lie 25 hours apart"
    )


def test_a_campaign_on_a_segment_built_on_it_counts(world: Site, now: dt.datetime) -> None:
    inner = factories.make_segment(world)
    rule = {"version": 1, "root": {"type": "segment", "segment": inner.pk}}
    make_segmented(world, include=[factories.make_segment(world, rule)], **LOCAL)

    assert len(preview(inner, now)) == 1


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"status": Campaign.Status.CANCELLED}, id="over"),
        pytest.param({"schedule": Campaign.Schedule.NOW}, id="sent-at-one-moment"),
        pytest.param({"audience_at": Campaign.AudienceAt.DELIVERY}, id="checked-again"),
    ],
)
def test_other_campaigns_say_nothing_of_their_segments(
    world: Site, now: dt.datetime, values: dict[str, Any]
) -> None:
    segment = factories.make_segment(world)
    make_segmented(world, include=[segment], **{**LOCAL, **values})

    assert preview(segment, now) == []


def test_a_segment_that_no_campaign_uses_is_left_alone(world: Site, now: dt.datetime) -> None:
    assert preview(factories.make_segment(world), now) == []
