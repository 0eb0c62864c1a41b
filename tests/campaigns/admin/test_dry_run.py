"""What a launch would do, before one decides: sums, hours, zones, and everybody one by one."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from campaigns.admin.dry_run_chart import draw_hours_ahead
from campaigns.dry_runs import answering, work_out_waiting
from campaigns.models import Campaign, DryRun, Variant
from subscribers.models import Site
from tests.campaigns.admin.pages import make_reachable, page_of, sign_in
from tests.factories import make_campaign, make_subscriber

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(site: Site) -> Campaign:
    """Two people who can be reached, on two clocks, and one who never allowed notifications."""
    make_reachable(site, external_id="ada", timezone="Asia/Kathmandu", attributes={"first_name": "Ada"})
    make_reachable(site, external_id="bob", timezone="Europe/Berlin")
    make_subscriber(site, external_id="eve")
    day = timezone.now().date() + dt.timedelta(days=3)
    return make_campaign(
        site, schedule="local", local_date=day, local_time=dt.time(9), title="Hi {{ subscriber.first_name }}"
    )


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every site counts as a large one: a worker has to work it out."""
    monkeypatch.setattr(answering, "SMALL", 0)


def test_the_sum_is_the_audience(campaign: Campaign) -> None:
    words = sign_in("marketer").get(page_of(campaign, "launch")).context["dry_run_words"]

    assert [(line.label, line.count) for line in words.outcomes] == [
        ("Will be sent", 2),
        ("Never allowed notifications", 1),
    ]
    assert sum(line.count for line in words.outcomes) == words.audience == 3
    assert round(sum(line.share for line in words.outcomes)) == 100


def test_the_button_says_how_many(campaign: Campaign) -> None:
    page = sign_in("marketer").get(page_of(campaign, "launch")).content.decode()

    assert "Launch to 2 people" in page
    assert "Skipped: Never allowed notifications" in page


def test_each_zone_is_told_on_its_own_clock(campaign: Campaign) -> None:
    words = sign_in("marketer").get(page_of(campaign, "launch")).context["dry_run_words"]

    assert {(zone.zone, zone.when[-5:]) for zone in words.zones} == {
        ("Asia/Kathmandu", "09:00"),
        ("Europe/Berlin", "09:00"),
    }
    assert sum(bar.count for bar in words.hours.bars) == 2


def test_everybody_is_listed_by_their_own_clock_and_by_the_sites(campaign: Campaign) -> None:
    assert campaign.local_date is not None
    due = dt.datetime.combine(campaign.local_date, dt.time(9), ZoneInfo("Asia/Kathmandu"))
    page = sign_in("marketer").get(page_of(campaign, "dry_run")).content.decode()

    for zone in ("Asia/Kathmandu", "Europe/Berlin"):
        local = due.astimezone(ZoneInfo(zone))
        assert f"{local:%a} {local.day} {local:%b %Y, %H:%M}" in page
    assert "UTC" not in page


def test_what_is_not_known_of_people_is_warned_of(campaign: Campaign) -> None:
    page = sign_in("marketer").get(page_of(campaign, "launch")).content.decode()

    assert "“first_name” is not known of 1 person" in page


def test_some_real_people_are_shown_what_they_would_read(campaign: Campaign) -> None:
    Variant.objects.create(campaign=campaign, letter="B", title="Dear {{ subscriber.first_name }}")

    context = sign_in("marketer").get(page_of(campaign, "dry_run")).context

    titles = {sample.message.title for sample in context["samples"]}
    assert titles <= {"Hi Ada", "Hi", "Dear Ada", "Dear"}
    assert len(context["samples"]) == 2


def test_what_stands_in_the_way_is_said_in_place_of_the_figures(site: Site) -> None:
    campaign = make_campaign(site, schedule="local")

    page = sign_in("marketer").get(page_of(campaign, "launch")).content.decode()

    assert "It cannot be launched yet" in page
    assert "Launch to" not in page


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["ada", "bob", "eve"]),
        ("?reason=planned", ["ada", "bob"]),
        ("?reason=never_subscribed", ["eve"]),
        ("?zone=Asia/Kathmandu", ["ada"]),
        ("?q=bob", ["bob"]),
        ("?q=nobody&after=x", []),
    ],
)
def test_people_are_found_by_what_would_happen_to_them(
    campaign: Campaign, query: str, names: list[str]
) -> None:
    context = sign_in("analyst").get(page_of(campaign, "dry_run") + query).context

    assert [person.name for person, _ in context["people"]] == names


def test_people_come_in_pages(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaigns.admin.dry_run_views.PAGE_SIZE", 2)
    for number in range(3):
        make_reachable(site, external_id=f"customer-{number}")
    client, campaign = sign_in("analyst"), make_campaign(site)

    first = client.get(page_of(campaign, "dry_run")).context
    second = client.get(f"{page_of(campaign, 'dry_run')}?{first['next_query']}").context

    assert [person.name for person, _ in second["people"]] == ["customer-2"]
    assert second["next_query"] == ""


def test_while_a_worker_is_at_it_the_page_shows_how_far_it_is(campaign: Campaign, large: None) -> None:
    client = sign_in("marketer")

    page = client.get(page_of(campaign, "launch")).content.decode()
    assert "Being worked out" in page
    assert "Launch to" not in page
    assert client.get(page_of(campaign, "dry_run_progress")).json()["status"] == "waiting"

    work_out_waiting(now=timezone.now())
    assert client.get(page_of(campaign, "dry_run_progress")).json()["status"] == "ready"
    assert "Launch to 2 people" in client.get(page_of(campaign, "launch")).content.decode()


def test_a_dry_run_that_failed_can_be_tried_again(campaign: Campaign, large: None) -> None:
    client = sign_in("marketer")
    client.get(page_of(campaign, "dry_run"))
    DryRun.objects.update(status="failed", failure="The rule is broken.")

    assert "It could not be worked out. The rule is broken." in (
        client.get(page_of(campaign, "dry_run")).content.decode()
    )
    client.post(page_of(campaign, "dry_run"))

    assert DryRun.objects.get().status == DryRun.Status.WAITING


def test_of_a_launched_campaign_the_report_tells(site: Site) -> None:
    campaign = make_campaign(site, status="running")

    page = sign_in("analyst").get(page_of(campaign, "dry_run"), follow=True).content.decode()

    assert "its report says what became of everybody" in page


def test_a_few_days_are_drawn_by_hour_and_more_by_day() -> None:
    first = {"hour": "2026-11-24T20:00:00Z", "people": 3}
    near = draw_hours_ahead([first, {"hour": "2026-11-24T23:00:00Z", "people": 6}], "Europe/Berlin")
    far = draw_hours_ahead([first, {"hour": "2026-11-30T23:00:00Z", "people": 6}], "Europe/Berlin")

    assert near is not None
    assert far is not None
    assert [(bar.label, bar.when, bar.count, bar.height) for bar in near.bars] == [
        ("21:00", "24 Nov, 21:00", 3, 80.0),
        ("22:00", "24 Nov, 22:00", 0, 0.0),
        ("23:00", "24 Nov, 23:00", 0, 0.0),
        ("00:00", "25 Nov, 00:00", 6, 160.0),
    ]
    # Days are the site's: at 23:00 in UTC it is the first of December there.
    assert (far.unit, [bar.label for bar in far.bars if bar.count]) == ("day", ["24 Nov", "1 Dec"])


def test_days_are_drawn_once_each_whatever_clocks_do_between() -> None:
    rows = [{"hour": f"2026-10-{day}T12:00:00Z", "people": 1} for day in (22, 24, 25, 26, 28)]
    drawn = draw_hours_ahead(rows, "Europe/Berlin")
    assert drawn is not None
    assert [(bar.label, bar.count) for bar in drawn.bars] == [
        ("22 Oct", 1), ("23 Oct", 0), ("24 Oct", 1), ("25 Oct", 1), ("26 Oct", 1), ("27 Oct", 0), ("28 Oct", 1),
    ]  # fmt: skip


def test_where_nobody_is_due_nothing_is_drawn() -> None:
    assert draw_hours_ahead([], "UTC") is None
