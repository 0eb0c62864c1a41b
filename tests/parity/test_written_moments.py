"""Moments in the texts of events: kept as they were sent, read alike in memory and by the database."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from segments.rules.written_moments import WRITTEN, read_written_moment
from subscribers.models import Site
from tests.segments.live import did, make_built, members
from tests.tracking.requests import event, track
from tracking.models import Event

SENT = [
    "2026-12-01 10:00", "2026-12-01T10:00", "2026-12-01T10:00:00Z", "2026-12-01T11:00:00.5+01:00", "2026-12-01T10:00:00.1234567Z",
    "2026-12-01", "10:00", "2026-12-01T10:00:00Z ", "2026-02-30T10:00", "2026-12-01T24:00", "0001-01-01T00:00Z",
    "9999-12-31T23:59:59-14:00", "2026-12-01T10:00+0530", "2026-12-01T10:00+05", "2026-12-01t10:00z", "20261201T1000",
]  # fmt: skip


@pytest.mark.parametrize("text", SENT)
def test_what_was_sent_is_what_is_stored(site: Site, text: str) -> None:
    track(site, event("booked", properties={"departs": text, "nested": {"at": [text]}, "product_id": text}))

    assert Event.objects.get().properties == {"departs": text, "nested": {"at": [text]}, "product_id": text}


@pytest.mark.parametrize(
    ("operator", "value", "holds"),
    [
        ("equals", "2026-12-01 10:00", True),
        ("equals", "2026-12-01T10:00:00.000000Z", False),
        ("starts_with", "2026-12-01 1", True),
        ("after", "2026-12-01T09:59:59Z", True),
        ("after", "2026-12-01T10:00:00Z", False),
        ("before", "2026-12-01T10:00:01Z", True),
        ("within_next", {"days": 11}, True),
        ("within_next", {"days": 9}, False),
    ],
)
def test_a_text_equals_what_was_sent_and_compares_as_the_moment_that_it_tells(
    site: Site, operator: str, value: Any, holds: bool
) -> None:
    track(site, event("booked", properties={"departs": "2026-12-01 10:00"}))
    test = {"property": "departs", "operator": operator, "value": value}
    segment = make_built(site, did("booked", where=[test]))

    assert members(segment) == ({Event.objects.get().subscriber_id} if holds else set())


NUMBERS = st.sampled_from(
    ["00", "01", "02", "12", "13", "23", "24", "28", "29", "30", "31", "32", "59", "60", "99"]
)
OFFSETS = st.sampled_from(
    ["", "Z", "z", "+01", "-0130", "+23:59", "+24:00", "-14:00", "+05:60", "+1", "+1:00", "+01:0", "Z "]
)
FRACTIONS = st.sampled_from(["", ".", ".1", ",5", ".999999", ".9999999", ".1234567890123", ".x"])
YEARS = st.sampled_from(
    ["0000", "0001", "1899", "1900", "1999", "2000", "2024", "2026", "2100", "2199", "2200", "9999"]
)


@st.composite
def written(draw: st.DrawFn) -> str:
    date = f"{draw(YEARS)}-{draw(NUMBERS)}-{draw(NUMBERS)}"
    clock = f"{draw(NUMBERS)}:{draw(NUMBERS)}" + draw(
        st.sampled_from(["", ":" + draw(NUMBERS) + draw(FRACTIONS)])
    )
    blank = st.sampled_from(["", " ", "\n", "\t"])
    return (
        draw(blank) + date + draw(st.sampled_from(["T", " ", "t", "_"])) + clock + draw(OFFSETS) + draw(blank)
    )


moments = st.datetimes(dt.datetime(1899, 12, 1), dt.datetime(2200, 2, 1)).map(dt.datetime.isoformat)  # noqa: DTZ001


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(
        written() | moments | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
        min_size=20,
        max_size=60,
    )
)
@example(
    texts=[
        "2024-02-29T23:59:59.9999999-23:59",
        "1900-01-01T00:00+00:01",
        "2199-12-31T23:59:59.999999-00:01",
        "٢٠٢٦-12-01T10:00",
    ]
)
def test_the_database_reads_them_as_we_do(db: None, texts: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT written, carillon_moment(written), written ~ %s FROM unnest(%s::text[]) AS texts (written)",
            [WRITTEN, texts],
        )
        read = cursor.fetchall()

    for text, by_database, looks_like_one in read:
        assert by_database == read_written_moment(text), repr(text)
        assert looks_like_one or by_database is None


@given(moment=st.datetimes(dt.datetime(1900, 1, 2), dt.datetime(2199, 12, 30), timezones=st.timezones()))  # noqa: DTZ001
def test_every_moment_that_python_writes_is_read(moment: dt.datetime) -> None:
    offset = moment.utcoffset() or dt.timedelta()
    if offset % dt.timedelta(minutes=1):
        return  # local mean time, to the second

    assert read_written_moment(moment.isoformat()) == moment.astimezone(dt.UTC).strftime(
        "%Y-%m-%dT%H:%M:%S.%fZ"
    )
