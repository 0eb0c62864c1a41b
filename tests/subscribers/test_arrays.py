"""Lists written as PostgreSQL's arrays come back as they were."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from subscribers.arrays import write_array, write_texts

pytestmark = pytest.mark.django_db

moments = st.datetimes(
    min_value=dt.datetime(1, 1, 2),  # noqa: DTZ001  # the zone is given
    max_value=dt.datetime(9999, 12, 30),  # noqa: DTZ001
    timezones=st.just(dt.UTC),
)


def read(text: str, type_: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT %s::{type_}[]", [text])
        return cursor.fetchone()[0]


@given(st.lists(st.none() | st.integers(min_value=-(2**63), max_value=2**63 - 1)))
def test_numbers_come_back(values: list[int | None]) -> None:
    assert read(write_array(values), "bigint") == values


@given(st.lists(st.uuids()))
def test_uuids_come_back(values: list[UUID]) -> None:
    assert read(write_array(values), "uuid") == values


@given(st.lists(moments))
def test_moments_come_back(values: list[dt.datetime]) -> None:
    assert read(write_array(values), "timestamptz") == values


@given(st.lists(st.booleans()))
def test_yes_and_no_come_back(values: list[bool]) -> None:
    assert read(write_array(values), "boolean") == values


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))))
def test_texts_come_back_whatever_is_in_them(values: list[str]) -> None:
    assert read(write_texts(values), "text") == values


@pytest.mark.parametrize("value", ["NULL", "", " a ", 'a"b', "a\\b", "{a,b}", "a\nb", "a%sb"])
def test_what_means_something_in_an_array_means_itself(value: str) -> None:
    assert read(write_texts([value, value]), "text") == [value, value]
