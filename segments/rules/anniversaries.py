"""Anniversaries of a moment, worked out on its text: no cast that a strange value could break."""

import calendar

from segments.rules.sql import Fragment, join_all, join_any


def has_anniversary(value: str, span: tuple[str, str]) -> bool:
    """Whether the moment comes round again, a year or more later, in (start, end], all as JSON keeps moments."""
    start, end = span
    return any(value[:4] < year and start < move_to_year(value, year) <= end for year in _list_years(span))


def anniversary_sql(span: tuple[str, str]) -> Fragment:
    start, end = span
    return join_any(
        join_all(
            [
                Fragment("substr({v}, 1, 4) < %s", (year,)),
                Fragment(f"{moved} > %s AND {moved} <= %s", (year, start, year, end)),
            ]
        )
        for year in _list_years(span)
        for moved in [move_sql(year)]
    )


def _list_years(span: tuple[str, str]) -> list[str]:
    """The years that a span touches: three, if it is one of 366 days that begins on 31 December."""
    return [f"{year:04}" for year in range(int(span[0][:4]), int(span[1][:4]) + 1)]


def move_to_year(value: str, year: str) -> str:
    """The same day and time in another year; 29 February is kept on the 28th where there is none."""
    if value[4:10] == "-02-29" and not calendar.isleap(int(year)):
        return f"{year}-02-28{value[10:]}"
    return year + value[4:]


def move_sql(year: str) -> str:
    """`move_to_year` in SQL, the year given as its one value."""
    if calendar.isleap(int(year)):
        return "(%s || substr({v}, 5))"
    return "(%s || CASE WHEN substr({v}, 5, 6) = '-02-29' THEN '-02-28' || substr({v}, 11) ELSE substr({v}, 5) END)"
