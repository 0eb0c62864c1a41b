"""A type is changed: stored values are converted, and none is lost on the way."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers import conversion
from subscribers.attribute_values import Shape, is_same
from subscribers.conversion import change_type, convert_attributes, convert_value
from subscribers.definitions import read_value
from subscribers.kept_aside import count_refused, foresee_conversion, list_beyond
from subscribers.models import Attribute, AttributeConversion, Site, Subscriber
from tests import factories
from tests.factories import NOW
from tests.subscribers.noting import forget_noted, read_noted

NUMBER, TEXT, LIST, NUMBERS = Shape("number"), Shape("text"), Shape("list"), Shape("list", "number")
SHAPES = [NUMBER, TEXT, LIST, NUMBERS, Shape("boolean"), Shape("time")]


def convert_all() -> None:
    while convert_attributes(clock=lambda: NOW):
        pass


def people_with(site: Site, *values: Any) -> list[Subscriber]:
    return [factories.make_subscriber(site, attributes={"code": value}) for value in values]


def test_stored_values_are_converted_and_what_does_not_convert_is_kept_raw(site: Site) -> None:
    attribute = factories.make_attribute(site, "code")
    people_with(site, "5", "12.50", "gold", "007")
    other = factories.make_subscriber(site, attributes={"tier": "gold"})
    forget_noted()

    assert foresee_conversion(attribute, NUMBER)[:3] == (4, True, 2)
    assert change_type(attribute, NUMBER, now=NOW)
    convert_all()

    kept = [
        (person.attributes, person.raw_values)
        for person in Subscriber.objects.exclude(pk=other.pk).order_by("pk")
    ]
    assert kept == [
        ({"code": 5}, {}),
        ({"code": 12.5}, {"code": "12.50"}),
        ({}, {"code": "gold"}),
        ({}, {"code": "007"}),
    ]
    done = AttributeConversion.objects.get()
    assert (done.converted, done.kept_raw, done.finished_at) == (2, 2, NOW)
    assert count_refused(attribute)[:3] == (3, True, 2)
    assert "attribute:code" in read_noted(site)


def test_there_and_back_again_gives_what_was(site: Site) -> None:
    attribute = factories.make_attribute(site, "code")
    sent = ["5", "12.50", "gold", "007", "", "yes"]
    people_with(site, *sent)

    for shape in (NUMBER, Shape("boolean"), NUMBERS, LIST, TEXT):
        change_type(attribute, shape, now=NOW)
        convert_all()

    assert [person.attributes["code"] for person in Subscriber.objects.order_by("pk")] == sent


@given(
    value=st.sampled_from(
        [5, 12.5, "12.50", "007", "gold", "", True, "yes", ["a"], [41, 42], [], "2026-12-01 10:00"]
    ),
    shapes=st.lists(st.sampled_from(SHAPES), min_size=1, max_size=5),
)
def test_no_conversion_loses_a_raw_value(value: Any, shapes: list[Shape]) -> None:
    before = next(shape for shape in SHAPES if _holds(shape, value))
    attributes: dict[str, Any] = {"code": value}
    raw: dict[str, Any] = {}

    for shape in shapes:
        convert_value(attributes, raw, "code", before, shape)
        before = shape
        sent = raw.get("code", attributes.get("code"))
        assert is_same(sent, value) or is_same(read_value("code", sent, _home(value)), value)
    convert_value(attributes, raw, "code", before, _home(value))

    assert is_same(attributes["code"], value)


def _home(value: Any) -> Shape:
    return next(shape for shape in SHAPES if _holds(shape, value))


def _holds(shape: Shape, value: Any) -> bool:
    try:
        return is_same(read_value("code", value, shape), value)
    except ValueError:
        return False


def test_what_was_refused_counts_once_the_type_fits_it(site: Site) -> None:
    attribute = factories.make_attribute(site, "code", "number")
    person = factories.make_subscriber(site, attributes={"code": 5}, raw_values={"code": "SW1A 1AA"})

    change_type(attribute, TEXT, now=NOW)
    convert_all()

    person.refresh_from_db()
    assert (person.attributes, person.raw_values) == ({"code": "SW1A 1AA"}, {})


def test_a_conversion_goes_on_where_it_stopped(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversion, "CHUNK", 2)
    monkeypatch.setattr(conversion, "TURN", conversion.TURN * 0)
    attribute = factories.make_attribute(site, "code", "number")
    people_with(site, *range(5))
    change_type(attribute, TEXT, now=NOW)

    assert convert_attributes(clock=lambda: NOW)
    assert Subscriber.objects.filter(attributes__code__in=["0", "1"]).count() == 2
    convert_all()

    assert sorted(person.attributes["code"] for person in Subscriber.objects.all()) == [
        "0",
        "1",
        "2",
        "3",
        "4",
    ]
    assert AttributeConversion.objects.get().converted == 5


def test_saying_the_type_that_it_has_settles_it_and_converts_nothing(site: Site) -> None:
    attribute = Attribute.objects.create(site=site, key="code", type="number", guessed_from=3)

    assert not change_type(attribute, NUMBER, now=NOW)

    attribute.refresh_from_db()
    assert attribute.guessed_from is None
    assert not AttributeConversion.objects.exists()


def test_keys_for_which_there_was_no_room_are_listed(site: Site) -> None:
    factories.make_attribute(site, "tier", "number")
    factories.make_subscriber(site, raw_values={"tier": "gold", "late": 1})
    factories.make_subscriber(site, raw_values={"late": 2})

    assert list_beyond(site) == {"late": 2}
