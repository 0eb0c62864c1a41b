"""A report is broken down by what people have in common; each line is about those who were sent it."""

import datetime as dt

import pytest

from campaigns.models import Campaign, Conversion, Delivery, Variant
from campaigns.reports import Line, choosing, report_campaign, report_segments
from campaigns.reports.choosing import choose_run, find_first_choice
from segments.models import Membership
from subscribers.models import Site, Subscriber
from tests import factories
from tests.campaigns.reports.reached import convert, reach
from tests.factories import NOW

Status = Delivery.Status


@pytest.fixture
def campaign(site: Site) -> Campaign:
    return factories.make_campaign(site, status="finished", launched_at=NOW)


def read_sent(lines: list[Line]) -> dict[str, int]:
    return {line.label: line.figures.sent for line in lines}


def test_versions_are_told_apart(campaign: Campaign) -> None:
    for variant, status in (("A", Status.SENT), ("A", Status.CLICKED), ("B", Status.CLICKED)):
        reach(campaign, status, variant=variant)

    lines = report_campaign(campaign).breakdowns["variant"]

    assert [(line.key, line.figures.sent, line.figures.clicked) for line in lines] == [
        ("A", 2, 1),
        ("B", 1, 1),
    ]


def test_hours_are_those_of_the_site_s_clock(campaign: Campaign) -> None:
    reach(campaign, sent_at=NOW)
    reach(campaign, sent_at=NOW + dt.timedelta(days=1, minutes=59))

    assert read_sent(report_campaign(campaign).breakdowns["hour"]) == {"13:00–13:59": 2}


def test_devices_are_those_that_took_it(campaign: Campaign) -> None:
    for kind in ("mobile", "mobile", "desktop", ""):
        reach(campaign, kind=kind)

    lines = report_campaign(campaign).breakdowns["device"]

    assert read_sent(lines) == {"Mobile": 2, "Desktop": 1, "Not known": 1}


def test_countries_have_names(campaign: Campaign) -> None:
    for country in ("DE", "DE", "IN", ""):
        reach(campaign, country=country)

    lines = report_campaign(campaign).breakdowns["country"]

    assert read_sent(lines) == {"Germany": 2, "India": 1, "Not known": 1}


def test_time_zones_are_those_that_the_hour_was_worked_out_in(campaign: Campaign) -> None:
    reach(campaign, timezone="Asia/Kolkata")

    assert read_sent(report_campaign(campaign).breakdowns["timezone"]) == {"Asia/Kolkata": 1}


def test_who_was_left_out_is_in_no_line(campaign: Campaign) -> None:
    reach(campaign, Status.SKIPPED, reason="holdout", country="DE")

    assert not any(report_campaign(campaign).breakdowns.values())


def test_segments_count_their_members_of_now(campaign: Campaign) -> None:
    delivery = reach(campaign, Status.CLICKED)
    reach(campaign)
    vips, nobody = factories.make_segment(campaign.site, name="VIPs"), factories.make_segment(campaign.site)
    Membership.objects.create(segment=vips, subscriber_id=delivery.subscriber_id, entered_at=NOW)

    lines = report_segments(campaign, [vips, nobody])

    assert [(line.label, line.figures.sent, line.figures.clicked) for line in lines] == [("VIPs", 1, 1)]


def test_conversions_after_a_look_or_a_click_count_the_others_do_not(campaign: Campaign) -> None:
    clicks, views, neither = (reach(campaign, Status.CLICKED) for _ in range(3))
    convert(clicks, "click", revenue=20, times=2)
    convert(views, "view", revenue=5)
    convert(neither, "none", revenue=100)

    report = report_campaign(campaign)

    assert (report.total.converted, report.total.conversions, report.total.revenue) == (2, 3, 45)
    assert [(line.credit, line.people, line.conversions, line.revenue) for line in report.credits] == [
        ("click", 1, 2, 40),
        ("view", 1, 1, 5),
        ("none", 1, 1, 100),
    ]


def test_an_event_that_two_runs_can_claim_counts_once_for_the_click(campaign: Campaign) -> None:
    clicked = reach(campaign, Status.CLICKED)
    convert(clicked, "click", revenue=20)
    seen = factories.make_delivery(
        campaign, clicked.subscriber, occurrence=2, status=Status.DISPLAYED, due_at=NOW, sent_at=NOW
    )
    claim = Conversion.objects.get()
    claim.pk, claim.occurrence, claim.credit = None, seen.occurrence, "view"
    claim.save()

    both, second = report_campaign(campaign), report_campaign(campaign, occurrence=2)

    assert (both.total.converted, both.total.conversions, both.total.revenue) == (1, 1, 20)
    assert [(line.credit, line.conversions) for line in both.credits] == [
        ("click", 1),
        ("view", 0),
        ("none", 0),
    ]
    assert (second.total.conversions, second.total.revenue) == (1, 20)


@pytest.mark.parametrize(
    ("after", "counted"), [(dt.timedelta(0), 1), (dt.timedelta(days=1), 0), (-dt.timedelta(seconds=1), 0)]
)
def test_who_unsubscribes_within_a_day_left_after_it(
    campaign: Campaign, after: dt.timedelta, counted: int
) -> None:
    campaign.launched_at = NOW - dt.timedelta(days=1)
    delivery = reach(campaign)
    factories.make_event(delivery.subscriber, "$unsubscribed", NOW + after)

    assert report_campaign(campaign).total.unsubscribed == counted


def test_who_was_merged_since_still_left_after_it(campaign: Campaign) -> None:
    delivery = reach(campaign)
    survivor = factories.make_subscriber(campaign.site)
    Subscriber.objects.filter(pk=delivery.subscriber_id).update(merged_into=survivor)
    factories.make_event(survivor, "$unsubscribed", NOW)

    assert report_campaign(campaign).total.unsubscribed == 1


def test_every_button_of_each_version_that_was_sent_has_its_clicks(site: Site) -> None:
    campaign = factories.make_campaign(
        site, actions=[{"title": "See the sale", "link": "https://shop.example/sale"}]
    )
    Variant.objects.create(
        campaign=campaign, letter="B", title="Hello", actions=[{"title": "Go", "link": ""}]
    )
    Variant.objects.create(campaign=campaign, letter="C", title="Never drawn")
    for action in ("", "a1", "a1"):
        reach(campaign, Status.CLICKED, clicked_action=action)
    reach(campaign, variant="B")

    clicks = report_campaign(campaign).clicks

    assert [(each.variant, each.text, each.people) for each in clicks] == [
        ("A", "The notification itself", 1),
        ("A", "See the sale", 2),
        ("B", "The notification itself", 0),
        ("B", "Go", 0),
    ]
    assert clicks[1].of_clicks.value == pytest.approx(2 / 3)


def test_a_run_has_a_report_of_its_own(campaign: Campaign) -> None:
    reach(campaign, Status.CLICKED, occurrence=1)
    reach(campaign, Status.SKIPPED, reason="frequency_cap", occurrence=2)

    first, second = (report_campaign(campaign, occurrence=number) for number in (1, 2))

    assert (first.audience, first.clicked, first.reasons) == (1, 1, [])
    assert (second.audience, second.clicked, second.reasons[0].reason) == (1, 0, "frequency_cap")
    assert report_campaign(campaign).audience == 2


def test_the_funnel_narrows_from_the_audience_to_conversions(campaign: Campaign) -> None:
    for status in (Status.SENT, Status.DISPLAYED, Status.CLICKED):
        delivery = reach(campaign, status)
    convert(delivery)
    reach(campaign, Status.FAILED, reason="gone")

    funnel = report_campaign(campaign).funnel

    assert [(step.key, step.people) for step in funnel] == [
        ("audience", 4),
        ("sent", 3),
        ("displayed", 2),
        ("clicked", 1),
        ("converted", 1),
    ]
    assert funnel[2].of_sent is not None
    assert funnel[2].of_sent.value == pytest.approx(2 / 3)


def test_a_rate_says_how_sure_it_is(campaign: Campaign) -> None:
    for status in (Status.CLICKED, Status.SENT):
        reach(campaign, status)

    rate = report_campaign(campaign).breakdowns["variant"][0].click_rate

    assert rate.value == 0.5
    # Wilson's interval of 1 in 2, as in Newcombe 1998.
    assert rate.low == pytest.approx(0.0945, abs=1e-3)
    assert rate.high == pytest.approx(0.9055, abs=1e-3)


def test_who_was_deleted_still_is_in_the_sum(campaign: Campaign) -> None:
    reach(campaign).delete()
    reach(campaign)

    report = report_campaign(campaign)

    assert (report.audience, report.sent, report.erased) == (2, 1, 1)


def test_a_report_begins_with_all_runs(campaign: Campaign) -> None:
    for number in (1, 2):
        reach(campaign, occurrence=number)

    assert find_first_choice(campaign) == "all"
    assert choose_run(campaign, "all") is None


def test_where_runs_are_many_people_s_it_begins_with_the_latest(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosing, "LARGE", 1)
    for number in (1, 2):
        reach(campaign, occurrence=number)

    assert find_first_choice(campaign) == "2"
