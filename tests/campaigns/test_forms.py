"""The controls of our forms: lengths of time in words, days of the week, what a condition's row reads back as."""

import datetime as dt
from typing import Any

import pytest
from django import forms

from campaigns.forms.goal import is_plain
from campaigns.forms.inputs import SpanField, SpanWidget, WeekdaysField

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("span", "shown"),
    [
        (3 * DAY, [3, "days"]),
        (36 * HOUR, [36, "hours"]),
        (dt.timedelta(minutes=90), [90, "minutes"]),
        (dt.timedelta(seconds=90), [1.5, "minutes"]),
        (None, [None, "days"]),
    ],
)
def test_a_length_of_time_is_shown_in_its_largest_whole_unit(
    span: dt.timedelta | None, shown: list[Any]
) -> None:
    assert SpanWidget("Within").decompress(span) == shown


@pytest.mark.parametrize(
    ("typed", "span"),
    [
        (["3", "days"], 3 * DAY),
        (["1.5", "minutes"], dt.timedelta(seconds=90)),
        (["2", ""], 2 * DAY),
        (["", "hours"], None),
        ([None, None], None),
    ],
)
def test_a_number_and_a_unit_are_a_length_of_time(typed: list[str | None], span: dt.timedelta | None) -> None:
    assert SpanField(label="Within").clean(typed) == span


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (["x", "days"], "Write a number, like 3."),
        (["0", "days"], "longer than no time"),
        (["400", "days"], "A year is the longest."),
        (["1e300", "minutes"], "A year is the longest."),
        (["inf", "days"], "Write a number, like 3."),
        (["1", "fortnights"], "Select a valid choice"),
    ],
)
def test_what_is_no_length_of_time_is_refused_in_words(typed: list[str], sentence: str) -> None:
    with pytest.raises(forms.ValidationError, match=sentence):
        SpanField(label="Within").clean(typed)


def test_both_controls_of_a_length_of_time_have_a_name_to_be_read_aloud() -> None:
    widget = SpanWidget("Within")
    html = str(widget.render("within", DAY, {"id": "id_within"}))

    assert 'aria-label="Within: number"' in html
    assert 'aria-label="Within: unit"' in html
    assert f'id="{widget.id_for_label("id_within")}"' in html


def test_days_of_the_week_come_in_order() -> None:
    assert WeekdaysField().clean(["5", "1"]) == [1, 5]


@pytest.mark.parametrize(
    ("condition", "plain"),
    [
        ({"property": "price", "operator": "at_least", "value": 5}, True),
        ({"property": "price", "operator": "exists"}, True),
        ({"property": "at", "operator": "within_last", "value": {"hours": 1}}, False),
        ({"property": "at", "operator": "before", "value": "2026-11-21T10:00:00Z"}, False),
        ({"operator": "equals", "value": 5}, False),
        ("price", False),
    ],
)
def test_rows_show_what_they_can_and_leave_the_rest_alone(condition: Any, plain: bool) -> None:
    goal = {"type": "event", "event": "purchase", "where": [condition]}

    assert is_plain(goal) is plain
