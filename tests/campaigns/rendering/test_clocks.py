"""“Now” is when the message is put together, on the clock of whoever reads it."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from campaigns.models import Campaign
from campaigns.rendering import read_template, render_message, tells_time
from subscribers.models import Site, Subscriber
from tests.factories import NOW

TOKYO = NOW.astimezone(ZoneInfo("Asia/Tokyo"))  # 21:00 on 21 November


def fill(text: str, clock: dt.datetime = TOKYO, **values: Any) -> str:
    return read_template(text).fill(values, clock=clock)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{{ 'now' | date: '%H:%M' }}", "21:00"),
        ("{{ 'today' | date: '%A %-d %B' }}", "Saturday 21 November"),
        ("{{ \"now\" | date: '%Z %z' }}", "JST +0900"),
        ("{{ 'now' | date: '%s' | plus: 86400 | date: '%d %H' }}", "22 21"),
        ("{{ 'now' | date: '100 %%s' }}", "100 %s"),
        ("{% assign word = 'now' %}{{ word | date: '%H' }}", "21"),
        ("{{ subscriber.at | date: '%d %H:%M' }}", "25 08:30"),
        ("{{ subscriber.day | date: '%-d %b %Y' }}", "24 Dec 2026"),
        ("{{ subscriber.seconds | date: '%Y-%m-%d %H' }}", "2023-11-15 07"),
        ("{{ 'March 14' | date: '%Y-%m-%d' }}", "2026-03-14"),
        ("{{ subscriber.word | date: '%Y' }}", "soon"),
        ("{{ subscriber.none | date: '%Y' | default: 'never' }}", "never"),
        ("{{ 99999999999999999999 | date: '%Y' }}", "99999999999999999999"),
    ],
)
def test_dates_are_shown_on_the_persons_clock(text: str, shown: str) -> None:
    values: dict[str, Any] = {
        "at": "2026-12-24T23:30:00.000000Z",
        "day": "2026-12-24",
        "seconds": 1_700_000_000,
        "word": "soon",
    }
    assert fill(text, **values) == shown


def test_now_goes_on() -> None:
    text = "{{ 'now' | date: '%H:%M:%S' }}"
    assert [fill(text, TOKYO + dt.timedelta(seconds=n)) for n in (0, 1)] == ["21:00:00", "21:00:01"]


def test_two_clocks_at_one_instant_are_not_mixed_up() -> None:
    text = "{{ 'now' | date: '%H' }}"
    berlin = NOW.astimezone(ZoneInfo("Europe/Berlin"))
    assert [fill(text, clock) for clock in (TOKYO, berlin, TOKYO)] == ["21", "13", "21"]


@pytest.mark.parametrize(
    ("zone", "hour"), [("Asia/Tokyo", "21"), ("America/New_York", "07"), ("", "13"), ("No/Where", "13")]
)
def test_who_has_no_time_zone_has_the_sites(zone: str, hour: str) -> None:
    person = Subscriber(site=Site(timezone="Europe/Berlin"), timezone=zone)
    message = render_message(Campaign(title="{{ 'now' | date: '%H' }}"), person, token="", now=NOW)
    assert message.title == hour


def test_only_messages_that_show_dates_depend_on_the_time() -> None:
    assert tells_time(Campaign(title="{{ 'now' | date: '%H' }}"))
    assert tells_time(Campaign(title="x", body="{% if true %}{{ subscriber.at | date: '%H' }}{% endif %}"))
    assert not tells_time(Campaign(title="now {{ subscriber.date }}"))
