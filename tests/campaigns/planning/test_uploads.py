"""A launch waits for the uploads of lists that it uses, says so, and then goes on by itself."""

import datetime as dt
from typing import Any

import pytest

from campaigns.dry_runs import request_dry_run, work_out
from campaigns.lifecycle import launch_campaign
from campaigns.models import Campaign
from campaigns.planning import plan_campaign, plan_due_campaigns
from segments.models import Segment, SegmentUpload, UploadChunk
from segments.uploads.running import run_chunk
from subscribers.models import Site
from tests.campaigns.admin.pages import page_of, sign_in
from tests.campaigns.people import make_reachable
from tests.factories import NOW, make_campaign, make_list, make_segment

pytestmark = pytest.mark.django_db
Mode = SegmentUpload.Mode


@pytest.fixture
def listed(site: Site) -> Segment:
    """A list with Ana on it."""
    segment = make_list(site, name="Guests")
    upload(segment, Mode.ADD, make_reachable(site, external_id="ana").external_id)
    finish(segment)
    return segment


def upload(segment: Segment, mode: str, *names: str) -> SegmentUpload:
    """A confirmed file with a row, and a chunk, for each name."""
    made = SegmentUpload.objects.create(
        segment=segment, created_at=NOW, file_name="guests.csv", state="running", mode=mode, by="external_id",
        row_count=len(names),
    )  # fmt: skip
    for line, name in enumerate(names, start=1):
        UploadChunk.objects.create(upload=made, lines=[line], texts=[name])
    return made


def finish(segment: Segment) -> None:
    for each in segment.uploads.filter(state="running"):
        while run_chunk(each.pk, now=NOW):
            pass


def launch(site: Site, *segments: Segment, exclude: Segment | None = None, **values: Any) -> Campaign:
    campaign = make_campaign(site, **values)
    campaign.include_segments.set(segments)
    campaign.exclude_segments.set([exclude] if exclude else [])
    return launch_campaign(campaign, now=NOW)


def list_sent_to(campaign: Campaign) -> set[str]:
    planned = campaign.deliveries.filter(status="planned")
    return set(planned.values_list("subscriber__external_id", flat=True))


def nest(segment: Segment, depth: int) -> Segment:
    for _ in range(depth):
        rule = {"version": 1, "root": {"type": "segment", "segment": segment.pk, "member": True}}
        segment = make_segment(segment.site, rule)
    return segment


@pytest.mark.parametrize("depth", [0, 1, 3])
@pytest.mark.parametrize(
    ("mode", "names", "expected"),
    [
        (Mode.ADD, ["ben", "eve"], {"ana", "ben", "eve"}),
        (Mode.REMOVE, ["ana"], set()),
        (Mode.REPLACE, ["ben", "eve"], {"ben", "eve"}),
    ],
)
def test_a_launch_waits_for_an_upload_of_its_list(
    site: Site, listed: Segment, mode: str, names: list[str], expected: set[str], depth: int
) -> None:
    for name in ("ben", "eve"):
        make_reachable(site, external_id=name)
    running = upload(listed, mode, *names)
    run_chunk(running.pk, now=NOW)
    campaign = launch(site, nest(listed, depth))
    assert "It waits for an upload to be done" in campaign.status_reason
    assert plan_due_campaigns(now=NOW) == 0
    campaign.refresh_from_db()
    assert (campaign.status, campaign.deliveries.count()) == ("scheduled", 0)
    assert f"“guests.csv” on “Guests” (1 of {len(names)} rows)" in campaign.status_reason
    finish(listed)
    assert plan_due_campaigns(now=NOW) == 1
    campaign.refresh_from_db()
    assert list_sent_to(campaign) == expected
    assert campaign.status_reason == ""


def test_uploads_of_lists_that_are_left_out_are_waited_for(site: Site, listed: Segment) -> None:
    make_reachable(site, external_id="ben")
    upload(listed, Mode.ADD, "ben")
    campaign = launch(site, exclude=listed)
    assert plan_campaign(campaign, now=NOW) is None
    finish(listed)
    plan_campaign(campaign, now=NOW)
    assert list_sent_to(campaign) == set()


def test_uploads_of_other_lists_are_not_waited_for(site: Site, listed: Segment) -> None:
    upload(make_list(site, name="Others"), Mode.ADD, "ana")
    campaign = launch(site, listed)
    assert campaign.status_reason == ""
    assert plan_campaign(campaign, now=NOW) is not None
    assert list_sent_to(campaign) == {"ana"}


def test_a_file_that_nobody_confirmed_is_not_waited_for(site: Site, listed: Segment) -> None:
    upload(listed, Mode.ADD, "ben")
    SegmentUpload.objects.filter(state="running").update(state="draft")
    assert plan_campaign(launch(site, listed), now=NOW) is not None


def test_the_page_says_what_is_waited_for(site: Site, listed: Segment) -> None:
    upload(listed, Mode.ADD, "ben")
    campaign = launch(site, listed)
    plan_campaign(campaign, now=NOW)
    page = sign_in("analyst").get(page_of(campaign)).content.decode()
    assert "“guests.csv” on “Guests” (0 of 1 rows)" in page


def test_the_dry_run_says_that_its_figures_will_change(site: Site, listed: Segment) -> None:
    upload(listed, Mode.ADD, "ben")
    campaign = make_campaign(site)
    campaign.include_segments.set([listed])
    request_dry_run(campaign, None, now=NOW)
    found = work_out(campaign, now=NOW)
    assert found is not None
    assert found.summary is not None
    assert found.summary["remarks"][0].startswith("These figures will change. It waits for an upload")


def test_a_campaign_that_waits_can_be_cancelled(site: Site, listed: Segment) -> None:
    upload(listed, Mode.ADD, "ben")
    campaign = launch(site, listed)
    client = sign_in(is_superuser=True)
    assert client.post(f"/api/v1/campaigns/{campaign.pk}/cancel/").status_code == 200
    finish(listed)
    assert plan_due_campaigns(now=NOW + dt.timedelta(hours=1)) == 0
