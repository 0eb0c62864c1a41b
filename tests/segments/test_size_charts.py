"""The shapes of the picture of a segment's size."""

import datetime as dt

from segments.admin.size_chart import draw_moves, draw_sizes
from segments.looking.history import DaySize


def test_days_of_two_years_say_their_year() -> None:
    days = [DaySize(dt.date(2026, 2, 1) + dt.timedelta(days=number), 10, 1, 1) for number in range(365)]

    for chart in (draw_sizes(days), draw_moves(days)):
        texts = [label.text for label in chart.labels]
        assert texts[0] == "1 Feb 2026"
        assert all(text.endswith((" 2026", " 2027")) for text in texts)
        assert len(set(texts)) == len(texts)


def test_days_of_one_year_need_no_year() -> None:
    days = [DaySize(dt.date(2026, 2, 1) + dt.timedelta(days=number), 10, 1, 1) for number in range(30)]

    assert draw_sizes(days).labels[0].text == "1 Feb"
