"""A machine whose clock is off does no jobs, and what a fast clock left behind holds nobody up."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from config.ticks import Tick
from segments.models import Segment
from segments.tasks import build_segments, follow_segments
from subscribers.clocks import list_astray
from subscribers.models import Site
from tests.factories import make_campaign, make_subscriber
from tests.segments.live import CART_TODAY, make_built
from tests.tracking.requests import event, track
from tracking.models import LogStart
from tracking.tasks import forget_events

A_DAY = dt.timedelta(days=1)
MOMENT = dt.timedelta(seconds=20)

SetClock = Callable[[dt.timedelta], None]


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """Put this machine's clock so far ahead."""
    real = timezone.now

    def put(ahead: dt.timedelta) -> None:
        monkeypatch.setattr(timezone, "now", lambda: real() + ahead)

    monkeypatch.setattr(Tick, "_was_astray", False)
    return put


@pytest.mark.parametrize("ahead", [A_DAY, -A_DAY, dt.timedelta(seconds=90), dt.timedelta(days=365 * 30)])
def test_a_job_is_not_done_by_a_clock_that_is_off(
    site: Site, set_clock: SetClock, ahead: dt.timedelta
) -> None:
    segment = make_built(site, CART_TODAY, as_of=timezone.now())
    before = segment.refreshed_at
    set_clock(ahead)

    follow_segments()

    segment.refresh_from_db()
    assert segment.refreshed_at == before
    assert [abs(each.ahead - ahead) < MOMENT for each in list_astray()] == [True]


@pytest.mark.parametrize("ahead", [MOMENT, -MOMENT, dt.timedelta()])
def test_clocks_that_differ_by_moments_are_right_enough(
    site: Site, set_clock: SetClock, ahead: dt.timedelta
) -> None:
    segment = make_built(site, CART_TODAY, as_of=timezone.now() - A_DAY)
    set_clock(ahead)

    follow_segments()

    segment.refresh_from_db()
    assert segment.refreshed_at is not None
    assert abs(segment.refreshed_at - timezone.now()) < MOMENT
    assert list_astray() == []


@pytest.mark.django_db
def test_the_log_is_not_forgotten_by_a_clock_that_is_years_ahead(
    set_clock: SetClock, settings: Settings
) -> None:
    settings.EVENT_RETENTION_WEEKS = 4
    set_clock(dt.timedelta(days=3650))

    forget_events()

    assert not LogStart.objects.exists()


def test_health_tells_which_machine_is_off_until_it_is_right_again(
    client: Client, site: Site, set_clock: SetClock
) -> None:
    set_clock(A_DAY)
    follow_segments()
    set_clock(dt.timedelta())

    elsewhere = client.get("/health/ready")
    follow_segments()
    mended = client.get("/health/ready")

    assert elsewhere.status_code == 200
    assert elsewhere.json()["parts"]["clocks"]["status"] == "slow"
    assert "86,400 s ahead of the database’s" in elsewhere.json()["parts"]["clocks"]["detail"]
    assert mended.json()["parts"]["clocks"]["status"] == "ok"


@pytest.mark.parametrize("ahead", [A_DAY, -A_DAY])
def test_a_web_process_whose_clock_is_off_is_not_ready(
    client: Client, site: Site, set_clock: SetClock, ahead: dt.timedelta
) -> None:
    set_clock(ahead)

    response = client.get("/health/ready")

    assert (response.status_code, response.json()["parts"]["clocks"]["status"]) == (503, "failing")


def test_a_segment_that_is_ahead_of_time_is_an_error_and_is_mended_by_the_next_job(
    client: Client, site: Site
) -> None:
    make_subscriber(site)
    segment = make_built(site, CART_TODAY, as_of=timezone.now() + A_DAY)
    track(site, event("add_to_cart"), at=timezone.now())
    frozen = client.get("/health/ready")

    follow_segments()
    build_segments()

    mended = client.get("/health/ready")
    segment.refresh_from_db()
    assert (frozen.status_code, frozen.json()["parts"]["segments"]["status"]) == (503, "failing")
    assert "1 is ahead of time" in frozen.json()["parts"]["segments"]["detail"]
    assert (mended.status_code, mended.json()["parts"]["segments"]["status"]) == (200, "ok")
    assert (segment.status, segment.member_count) == (Segment.Status.READY, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("command", [["verify_segment", "--refresh"], ["recount_conversions"]])
def test_what_is_started_by_hand_is_refused_as_well(
    site: Site, set_clock: SetClock, command: list[str]
) -> None:
    segment = make_built(site, CART_TODAY, as_of=timezone.now())
    campaign = make_campaign(site, goal={"event": "purchase"})
    number = segment.pk if "--refresh" in command else campaign.pk
    set_clock(-A_DAY)

    with pytest.raises(CommandError, match="86,400 s behind the database’s"):
        call_command(command[0], str(number), *command[1:])
