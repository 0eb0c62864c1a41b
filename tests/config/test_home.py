"""The admin's home page: the last two weeks, what goes out, and what to do first."""

import datetime as dt
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from campaigns.models import Campaign
from config.overview import DAYS, count_arrivals, find_zone, read_campaigns, read_trends
from config.trends import HEIGHT, draw_trend
from segments.building import build_members
from subscribers.models import Site, SubscriberChange
from tests import factories
from tracking.models import InboxItem

BERLIN = ZoneInfo("Europe/Berlin")


def open_home(client: Client, *roles: str) -> str:
    client.force_login(factories.make_user(*roles, is_superuser=not roles))
    response = client.get("/admin/")
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.django_db
def test_a_new_installation_shows_the_first_steps_and_nothing_empty(client: Client) -> None:
    page = open_home(client)

    assert "First steps" in page
    assert "/admin/subscribers/site/add/" in page
    assert "The last 14 days" not in page


def test_a_step_that_is_done_is_ticked(client: Client, site: Site) -> None:
    page = open_home(client)

    assert "Add your website <span" in page
    assert f"/admin/subscribers/site/{site.pk}/change/" in page


@pytest.mark.django_db
def test_a_step_that_is_somebody_elses_job_is_no_link(client: Client) -> None:
    page = open_home(client, "marketer")

    assert "Add your website" in page
    assert "/admin/subscribers/site/add/" not in page


def test_the_first_steps_go_once_they_are_all_taken(client: Client, site: Site) -> None:
    subscriber = factories.make_subscriber(site)
    factories.make_push_subscription(subscriber)
    factories.make_event(subscriber, "$page_view", timezone.now())
    factories.make_segment(site)
    factories.make_campaign(site)

    assert "First steps" not in open_home(client)


@pytest.mark.django_db
def test_somebody_without_a_role_is_told_whom_to_ask(client: Client) -> None:
    assert "have no role yet" in open_home(client, "no such role")


def test_days_begin_at_midnight_of_the_sites_own_zone(site: Site, now: dt.datetime) -> None:
    ana = factories.make_subscriber(site)
    factories.make_event(ana, "purchase", dt.datetime(2026, 11, 20, 22, 59, tzinfo=dt.UTC))
    factories.make_event(ana, "purchase", dt.datetime(2026, 11, 20, 23, 0, tzinfo=dt.UTC))

    events = read_trends([site], zone=BERLIN, now=now)[0]

    assert [(bar.day, bar.value) for bar in events.bars[-2:]] == [
        (dt.date(2026, 11, 20), 1),
        (dt.date(2026, 11, 21), 1),
    ]
    assert len(events.bars) == DAYS


def test_each_chart_counts_its_own(site: Site, now: dt.datetime) -> None:
    ana = factories.make_subscriber(site, created_at=now - dt.timedelta(days=3))
    factories.make_event(ana, "add_to_cart", now)
    factories.make_event(ana, "$push_sent", now)
    factories.make_event(ana, "$push_sent", now - dt.timedelta(hours=1))
    factories.make_event(ana, "$push_clicked", now)

    trends = {trend.key: trend.total for trend in read_trends([site], zone=BERLIN, now=now)}

    assert trends == {"events": 1, "arrivals": 1, "sends": 2, "clicks": 1}


def test_todays_events_appear_within_seconds_and_days_gone_by_stay_counted(
    site: Site, now: dt.datetime
) -> None:
    ana = factories.make_subscriber(site)
    factories.make_event(ana, "purchase", now - dt.timedelta(days=5))
    read_trends([site], zone=BERLIN, now=now)
    factories.make_event(ana, "purchase", now)
    cache.delete(f"daily-events:Europe/Berlin:{now.date()}")

    assert read_trends([site], zone=BERLIN, now=now)[0].total == 2


def test_somebody_who_turned_out_to_be_another_is_no_new_subscriber(site: Site, now: dt.datetime) -> None:
    ana = factories.make_subscriber(site, created_at=now)
    factories.make_subscriber(site, created_at=now, merged_into=ana)

    assert sum(count_arrivals([site], [now.date()], zone=BERLIN).values()) == 1


def test_sites_in_several_zones_are_counted_in_utc(site: Site) -> None:
    assert find_zone([site]).key == "Europe/Berlin"
    assert find_zone([site, factories.make_site(timezone="Asia/Kathmandu")]).key == "UTC"
    assert find_zone([]).key == "UTC"


def test_campaigns_that_go_out_come_first_and_say_how_far_they_are(site: Site, now: dt.datetime) -> None:
    running = factories.make_campaign(site, status=Campaign.Status.RUNNING)
    factories.make_campaign(site, status=Campaign.Status.FINISHED)
    batch = running.batches.create(occurrence=1, due_at=now)
    ana, ben, eve = (factories.make_subscriber(site) for _ in range(3))
    factories.make_delivery(running, ana, status="sent", sent_at=now)
    factories.make_delivery(running, ben, status="skipped", reason="never_subscribed")
    factories.make_delivery(running, eve, status="planned", batch=batch, due_at=now)

    line = read_campaigns([site])[0]

    assert (line.campaign, line.outcomes.settled, line.share) == (running, 1, 50)


def test_the_home_page_takes_few_queries_however_much_there_is(
    client: Client, site: Site, now: dt.datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        person = factories.make_subscriber(site, country="DE")
        factories.make_push_subscription(person)
        factories.make_event(person, f"event_{number}", timezone.now())
        factories.make_campaign(site)
        build_members(factories.make_segment(site), as_of=now)
    client.force_login(factories.make_user(is_superuser=True))

    with django_assert_max_num_queries(24):
        client.get("/admin/")
    with django_assert_max_num_queries(18):
        client.get("/admin/")


def test_a_chart_is_as_high_as_its_largest_day_and_hides_no_small_one() -> None:
    day = dt.date(2026, 11, 1)
    trend = draw_trend(
        "events", "Events", "", {day: 1000, day + dt.timedelta(1): 1, day + dt.timedelta(2): 0}
    )

    assert [bar.height for bar in trend.bars] == [HEIGHT, 2.0, 0.0]
    assert trend.total == 1001


def test_an_operator_reads_one_line_when_all_is_well(client: Client, site: Site) -> None:
    factories.make_subscriber(site)
    SubscriberChange.objects.all().delete()

    assert "Everything keeps up" in open_home(client, "operator")


def test_an_operator_reads_what_falls_behind_and_what_to_do(client: Client, site: Site) -> None:
    factories.make_subscriber(site)
    InboxItem.objects.create(
        site=site, shard=1, payload={}, received_at=timezone.now() - dt.timedelta(minutes=5)
    )
    factories.make_segment(site, status="failed", failure="x")

    page = open_home(client, "operator")

    assert "start another ingest worker" in page
    assert "1 segment is set aside" in page
    assert "Everything keeps up" not in page


def test_a_marketer_is_not_bothered_with_the_machinery(client: Client, site: Site) -> None:
    factories.make_subscriber(site)

    assert "Everything keeps up" not in open_home(client, "marketer")


def test_without_a_city_file_the_home_page_says_so_and_how_to_install_one(client: Client, site: Site) -> None:
    factories.make_subscriber(site)

    page = open_home(client)

    assert "Only the country of visitors is known" in page
    assert "GEOIP_PATH" in page


def test_with_a_city_file_it_says_nothing_of_that(client: Client, site: Site) -> None:
    factories.make_subscriber(site)

    with patch("config.dashboard.knows_cities", return_value=True):
        page = open_home(client)

    assert "GEOIP_PATH" not in page
