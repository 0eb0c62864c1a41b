"""A segment's sizes are read off its days: at the end of each day of the site's calendar, in one query."""

import datetime as dt

from pytest_django import DjangoAssertNumQueries

from segments.lists import add_members, remove_members
from segments.looking.history import DaySize, read_history, read_latest_changes, read_sizes
from segments.membership import Cause
from subscribers.models import Site
from tests.factories import NOW, make_list, make_segment, make_subscriber

DAY = dt.timedelta(days=1)
TODAY = dt.date(2026, 11, 21)


def test_the_size_of_a_day_is_that_at_its_end(site: Site) -> None:
    ana, ben, cem = (make_subscriber(site).pk for _ in range(3))
    segment = make_list(site)
    add_members(segment, [ana, ben], now=NOW - 3 * DAY)
    remove_members(segment, [ana], now=NOW - DAY)
    add_members(segment, [cem], now=NOW - DAY)
    add_members(segment, [ana], now=NOW)

    assert read_history(segment, days=30, now=NOW) == [
        DaySize(TODAY - 3 * DAY, 2, 2, 0),
        DaySize(TODAY - 2 * DAY, 2, 0, 0),
        DaySize(TODAY - DAY, 2, 1, 1),
        DaySize(TODAY, 3, 1, 0),
    ]


def test_a_day_begins_at_the_sites_midnight(site: Site) -> None:
    segment = make_list(site)
    add_members(segment, [make_subscriber(site).pk], now=dt.datetime(2026, 11, 20, 22, 59, tzinfo=dt.UTC))
    add_members(segment, [make_subscriber(site).pk], now=dt.datetime(2026, 11, 20, 23, 0, tzinfo=dt.UTC))

    assert [day.size for day in read_history(segment, days=30, now=NOW)] == [1, 2]


def test_only_the_days_that_are_asked_for_are_given_and_their_sizes_count_what_was_before(
    site: Site,
) -> None:
    segment = make_list(site)
    for age in (9, 5, 1):
        add_members(segment, [make_subscriber(site).pk], now=NOW - age * DAY)

    assert [day.size for day in read_history(segment, days=3, now=NOW)] == [2, 3, 3]


def test_before_anything_is_known_there_are_no_days(site: Site) -> None:
    assert read_history(make_segment(site), days=30, now=NOW) == []


def test_all_segments_of_a_page_take_one_query(
    site: Site, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    segments = [make_list(site) for _ in range(3)]
    for segment in segments:
        add_members(segment, [make_subscriber(site).pk], now=NOW)

    with django_assert_num_queries(1):
        found = read_sizes(segments, days=30, now=NOW)

    assert {pk: [day.size for day in days] for pk, days in found.items()} == {
        segment.pk: [1] for segment in segments
    }


def test_the_causes_of_the_latest_changes_are_counted_the_most_frequent_first(site: Site) -> None:
    people = [make_subscriber(site).pk for _ in range(3)]
    segment = make_list(site)
    add_members(segment, people, now=NOW - DAY)
    remove_members(segment, people[:1], now=NOW, cause=Cause.PROFILE)

    latest = read_latest_changes(segment)

    assert [(each.kind, each.cause, each.count, each.last_at) for each in latest.movers] == [
        ("entered", "list", 3, NOW - DAY),
        ("left", "profile", 1, NOW),
    ]
    assert (latest.count, latest.since) == (4, NOW - DAY)
