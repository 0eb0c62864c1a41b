"""Members leave as CSV that a spreadsheet opens without harm, in pieces of the same size however many they are."""

import csv
import datetime as dt
import tracemalloc

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from segments.looking import export
from segments.looking.export import name_file, write_members
from segments.models import Membership, Segment
from subscribers.models import Site
from tests.factories import NOW, make_list, make_push_subscription, make_subscriber


def read(segment: Segment) -> list[list[str]]:
    return list(csv.reader("".join(write_members(segment)).removeprefix("\ufeff").splitlines()))


def make_crowd(site: Site, size: int) -> Segment:
    segment = make_list(site)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO segments_membership (segment_id, subscriber_id, entered_at)"
            " SELECT %s, number, %s FROM generate_series(1, %s) AS number",
            [segment.pk, NOW, size],
        )
        cursor.execute(
            "INSERT INTO subscribers_subscriber (id, site_id, uuid, external_id, email, country, region, city,"
            " timezone, language, source, attributes, created_at, last_seen_at)"
            " SELECT number, %s, gen_random_uuid(), 'u-' || number, '', '', '', '', '', '', '', '{}', %s, %s"
            " FROM generate_series(1, %s) AS number ON CONFLICT DO NOTHING",
            [site.pk, NOW, NOW, size],
        )
    return segment


def test_a_line_says_who_since_when_and_whether_a_push_reaches_them(site: Site) -> None:
    segment = make_list(site)
    ana = make_subscriber(
        site, external_id="u-42", email="ana@shop.example", country="DE", language="de", timezone="Europe/Berlin"
    )  # fmt: skip
    make_push_subscription(ana)
    ben = make_subscriber(site)
    make_push_subscription(ben, ended_at=NOW, end_reason="gone")
    for one in (ana, ben):
        Membership.objects.create(segment=segment, subscriber=one, entered_at=NOW)

    assert read(segment) == [
        list(export.COLUMNS),
        [str(ana.pk), "u-42", "ana@shop.example", "DE", "de", "Europe/Berlin", "2026-11-21T12:00:00Z", "yes"],
        [str(ben.pk), "", "", "", "", "", "2026-11-21T12:00:00Z", "no"],
    ]


@pytest.mark.parametrize("text", ["=1+1", "+49", "-2", "@cmd", "\t=1"])
def test_what_a_spreadsheet_would_take_for_a_formula_is_made_text(site: Site, text: str) -> None:
    segment = make_list(site)
    Membership.objects.create(
        segment=segment, subscriber=make_subscriber(site, external_id=text), entered_at=NOW
    )

    assert read(segment)[1][1] == f"'{text}"


def test_everybody_is_there_once_in_few_queries(
    site: Site, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    segment = make_crowd(site, 2 * export.CHUNK + 1)

    with django_assert_num_queries(4):
        rows = read(segment)

    assert [int(row[0]) for row in rows[1:]] == list(range(1, 2 * export.CHUNK + 2))


def test_more_members_need_no_more_memory(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "CHUNK", 500)

    def measure(segment: Segment) -> int:
        tracemalloc.start()
        for _ in write_members(segment):
            pass
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    few, many = make_crowd(site, 3 * export.CHUNK), make_crowd(site, 12 * export.CHUNK)
    measure(few)

    assert measure(many) < 1.5 * measure(few)


def test_who_was_deleted_a_moment_ago_is_left_out_and_ends_nothing(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "CHUNK", 1)
    segment = make_crowd(site, 3)
    site.subscribers.filter(pk__in=[1, 2]).delete()

    assert [row[0] for row in read(segment)[1:]] == ["3"]


def test_the_file_is_named_after_the_segment_and_the_sites_day(site: Site) -> None:
    segment = make_list(site)

    assert (
        name_file(segment, now=dt.datetime(2026, 11, 20, 23, 30, tzinfo=dt.UTC))
        == f"segment-{segment.pk}-2026-11-21.csv"
    )


def test_a_file_begins_with_its_byte_order_mark_once(site: Site) -> None:
    segment = make_list(site)

    text = "".join(write_members(segment))

    assert text.startswith("\ufeffsubscriber id,")
    assert text.count("\ufeff") == 1
