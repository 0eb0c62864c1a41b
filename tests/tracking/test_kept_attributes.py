"""Whatever is sent for an attribute is kept so that it can be read back, or is named in the answer and kept raw."""

import datetime as dt
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from segments.definitions import read_rule, select_subscribers
from segments.models import SegmentUpload
from segments.uploads.drafts import confirm_upload
from subscribers import definitions, profiles
from subscribers.attribute_values import is_same
from subscribers.conversion import convert_attributes
from subscribers.models import Attribute, Site, Subscriber
from tests import factories
from tests.factories import NOW
from tests.segments.live import rule_of
from tests.segments.uploads.files import draft, run
from tests.tracking.requests import BROWSER, OTHER_BROWSER, attributes, identify, send, track
from tracking import cautions
from tracking.draining import drain_inbox

pytestmark = pytest.mark.django_db

TEXTS = st.sampled_from(
    [
        "",
        " ",
        "007",
        "+49 151 1",
        "1e5",
        "12.50",
        "-3",
        "SW1A 1AA",
        "n/a",
        "yes",
        "0",
        "2026-12-01 10:00",
        "gold",
        "01234",
        "9" * 25,
        "0.1234567890123456789",
        ".5",
        "1,5",
        "NaN",
        "true",
        "2026-12-01T10:00:00+01:00",
        "null",
        "[object Object]",
    ]
)
SCALARS = TEXTS | st.booleans() | st.integers(-(2**62), 2**62) | st.floats(-1e15, 1e15) | st.text(max_size=5)
CLEAN = SCALARS.filter(
    lambda value: not isinstance(value, str) or ("\0" not in value and value.isprintable())
)
KEYS = st.sampled_from(["city", "a.b", "é", "a b"])
OBJECTS = st.dictionaries(KEYS, CLEAN | st.none() | st.lists(CLEAN, max_size=2), max_size=3)
VALUES = CLEAN | st.lists(CLEAN, max_size=3) | OBJECTS | st.lists(OBJECTS, max_size=2)
TELLING = st.sampled_from([5, 12.5, "gold", True, ["a"], [41, 42], [], "2026-12-01 10:00", {"a": 1}])


def read_person(browser: str = BROWSER) -> Subscriber:
    return Subscriber.objects.get(identities__value=browser)


def convert_all() -> None:
    while convert_attributes(clock=lambda: NOW):
        pass


def is_equal(kept: Any, sent: Any) -> bool:
    """Read back as what was sent, in whichever type the attribute has."""
    if isinstance(kept, list):
        items = sent if isinstance(sent, list) else [sent]
        return len(kept) == len(items) and all(map(is_equal, kept, items))
    if is_same(kept, sent):
        return True
    with suppress(ValueError, ArithmeticError):
        if isinstance(kept, bool):
            return str(sent).strip().lower() in (
                {"true", "yes", "1", "1.0"} if kept else {"false", "no", "0", "0.0", "-0.0"}
            )
        if isinstance(sent, bool):
            return bool(kept == str(sent).lower())
        if isinstance(kept, str) and isinstance(sent, str):
            return _read_moment(kept) == _read_moment(sent)
        return Decimal(str(kept).strip()) == Decimal(str(sent).strip())
    return False


def _read_moment(text: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(text.strip())
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


@example(first="2026-12-01 10:00", then=[(BROWSER, False), (BROWSER, 0)])
@example(first={"a": 1}, then=[(BROWSER, {"a": True}), (BROWSER, {"a": 1})])
@given(
    first=TELLING,
    then=st.lists(st.tuples(st.sampled_from([BROWSER, OTHER_BROWSER]), VALUES), min_size=1, max_size=6),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
def test_any_value_is_read_back_equal_or_named_in_warnings_and_kept_raw(
    db: None, first: Any, then: list[tuple[str, Any]]
) -> None:
    site = factories.make_site()
    last: dict[str, tuple[Any, bool]] = {}
    for browser, value in [(BROWSER, first), *then]:
        answer = send(site, attributes(key=value), browser=browser)
        assert (answer.accepted, answer.rejected) == (1, [])
        refused = any("kept aside" in caution.warning for caution in answer.warnings)
        last[browser] = (value, refused)
        drain_inbox(now=NOW)
    convert_all()

    for browser, (value, refused) in last.items():
        person = Subscriber.objects.get(site=site, identities__value=browser)
        if refused:  # until a wider type had room for it
            assert is_same(person.raw_values.get("key", person.attributes.get("key")), value)
        else:
            assert is_equal(person.attributes["key"], value)
            assert is_equal(person.raw_values.get("key", value), value)


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (10, "n/a"),
        (10, ""),
        (10, True),
        (True, "null"),
        (10, "#N/A"),
        ([1], "n/a"),
        (True, 7),
        ("2026-12-01 10:00", 7),
    ],
)
def test_what_does_not_fit_is_named_in_the_answer_and_kept_raw(site: Site, first: Any, then: Any) -> None:
    track(site, attributes(spent=first))
    told = attributes(spent=then)

    answer = send(site, told)
    drain_inbox(now=NOW)

    (caution,) = answer.warnings
    assert caution.id == told["id"]
    assert caution.warning.startswith("operations[0]: spent: needs ")
    assert is_same(read_person().raw_values, {"spent": then})
    assert Attribute.objects.get().type != "text"


def test_a_warning_is_given_before_anything_is_drained(site: Site) -> None:
    send(site, attributes(spent=10))

    assert len(send(site, attributes(spent=["a", "b"], tier="gold")).warnings) == 1


@pytest.mark.parametrize(
    ("first", "text"),
    [
        (12345, "SW1A 1AA"),
        (49151, "+4915112345678"),
        (815, "0815"),
        (True, "maybe"),
        (7, "007"),
        (1, "1,5"),
        (5, "9" * 20),
    ],
)
def test_a_type_guessed_from_few_values_widens_to_text_and_nothing_is_lost(
    site: Site, first: Any, text: str
) -> None:
    track(site, attributes(code=first))

    answer = send(site, attributes(code=text), browser=OTHER_BROWSER)
    drain_inbox(now=NOW)
    assert read_person(OTHER_BROWSER).attributes == {"code": text}
    convert_all()

    assert "is text from now on" in answer.warnings[0].warning
    assert Attribute.objects.get().type == "text"
    assert read_person().attributes == {"code": "true" if first is True else str(first)}


def test_a_type_that_many_values_suggested_does_not_widen(site: Site) -> None:
    for number in range(definitions.FEW):
        track(site, attributes(code=number))

    track(site, attributes(code="SW1A 1AA"))

    attribute = Attribute.objects.get()
    assert (attribute.type, attribute.guessed_from) == ("number", None)
    assert (read_person().attributes, read_person().raw_values) == ({"code": 19}, {"code": "SW1A 1AA"})


def test_numbers_in_lists_stay_numbers(site: Site) -> None:
    track(site, attributes(sizes=[42, 43.5], tags=["a", 1], none=[]))
    track(site, attributes(sizes="44", none=[7]))

    assert read_person().attributes == {"sizes": [44], "tags": ["a", "1"], "none": [7]}
    shapes = Attribute.objects.order_by("key").values_list("key", "type", "element_type")
    assert list(shapes) == [("none", "list", "number"), ("sizes", "list", "number"), ("tags", "list", "text")]


def test_a_key_beyond_the_limit_is_named_and_kept_raw(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(definitions, "NEW_DEFINITIONS_PER_SITE", 2)

    answer = send(site, attributes(a=1, b=2, c=3))
    drain_inbox(now=NOW)

    assert [caution.warning.split(";")[0] for caution in answer.warnings] == [
        "operations[0]: c: is a new name, and this site takes no new ones from browsers at present"
    ]
    assert (read_person().attributes, read_person().raw_values) == ({"a": 1, "b": 2}, {"c": 3})


def test_an_attribute_too_many_for_one_person_is_named_and_kept_raw(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (profiles, cautions):
        monkeypatch.setattr(module, "ATTRIBUTES_PER_SUBSCRIBER", 2)
    track(site, attributes(a=1, b=2))
    track(site, attributes(c=3), browser=OTHER_BROWSER)

    answer = send(site, attributes(a=2, c=4), attributes(unset=["b"], d=5))
    drain_inbox(now=NOW)

    assert [caution.warning.split(":")[1] for caution in answer.warnings] == [" c"]
    assert (read_person().attributes, read_person().raw_values) == ({"a": 2, "d": 5}, {"c": 4})


def test_a_value_that_fits_takes_the_place_of_what_was_kept_raw(site: Site) -> None:
    track(site, attributes(spent=10))
    track(site, attributes(spent="n/a"))
    track(site, attributes(spent=10))

    assert (read_person().attributes, read_person().raw_values) == ({"spent": 10}, {})


@pytest.mark.parametrize("empty", ["", "  ", None])
@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("email", "ann@shop.example"),
        ("country", "DE"),
        ("timezone", "Asia/Tokyo"),
        ("language", "de"),
        ("region", "R"),
        ("city", "Ulm"),
    ],
)
def test_empty_takes_a_profile_field_back(site: Site, key: str, value: str, empty: Any) -> None:
    track(site, attributes(unset=None, **{key: value}), context={})
    track(site, attributes(unset=None, **{key: empty}), context={})

    assert (getattr(read_person(), key), read_person().attributes) == ("", {})


@pytest.mark.parametrize(
    ("key", "value", "wrong"),
    [
        ("email", "ann@shop.example", "not an address"), ("email", "ann@shop.example", "undefined"), ("country", "DE", "Germany"),
        ("country", "DE", "ZZ"), ("timezone", "Asia/Tokyo", "Mars/Olympus"), ("language", "de", "!"), ("city", "Ulm", "U" * 101),
        ("email", "ann@shop.example", ["b@shop.example"]), ("timezone", "Asia/Tokyo", True),
    ],
)  # fmt: skip
def test_a_value_that_is_none_of_a_profile_field_is_reported_and_field_and_attribute_agree(
    site: Site, key: str, value: str, wrong: Any
) -> None:
    track(site, attributes(unset=None, **{key: value}), context={})

    answer = send(site, attributes(unset=None, **{key: wrong}), context={})
    drain_inbox(now=NOW)

    person = read_person()
    assert f"{key}: needs " in answer.warnings[0].warning
    assert (getattr(person, key), person.attributes[key], person.raw_values[key]) == (value, value, wrong)


@pytest.mark.parametrize("address", ["османов@письмо.рф", "üñîçøðé@example.com", "用户@例子.公司"])
def test_an_address_in_any_script_is_taken_at_the_door(site: Site, address: str) -> None:
    answer = send(site, attributes(unset=None, email=address), context={})
    drain_inbox(now=NOW)

    assert (answer.warnings, read_person().email) == ([], address)


def test_an_address_that_was_taken_back_is_found_by_no_rule_and_no_list(site: Site) -> None:
    track(site, attributes(unset=None, email="ann@shop.example"), context={})
    track(site, attributes(unset=None, email=""), context={})

    known = read_rule(site, rule_of({"type": "profile", "field": "email", "operator": "exists"}))
    assert list(select_subscribers(site, known, as_of=NOW)) == []
    upload = draft(factories.make_list(site), b"email\nann@shop.example\n")
    assert upload.by == SegmentUpload.Column.EMAIL
    assert confirm_upload(upload)
    run(upload)
    assert upload.failed == 1


def test_a_zone_is_kept_under_its_name_of_today(site: Site) -> None:
    track(site, attributes(tier="gold"), context={"timezone": "Asia/Calcutta"})
    assert read_person().timezone == "Asia/Kolkata"

    track(site, attributes(timezone="Europe/Kiev"), context={})
    assert read_person().timezone == "Europe/Kyiv"


@pytest.mark.parametrize("text", ["undefined", "[object Object]", "{{ user.id }}", "0", "guest", "\u200b"])
def test_nobody_becomes_a_customer_whose_id_is_a_placeholder(site: Site, text: str) -> None:
    answer = send(site, identify(text), attributes(tier="gold"))

    assert answer.accepted == 1
    assert answer.rejected[0].error.startswith("operations[0]: external_id: ")


def test_spellings_that_look_the_same_lead_to_one_customer(site: Site) -> None:
    track(site, identify("José"))
    track(site, identify(" Jose\u0301\u200b"), browser=OTHER_BROWSER)

    assert [person.external_id for person in Subscriber.objects.living()] == ["José"]


def test_an_object_is_kept_as_it_was_sent_and_asked_for_by_its_path(site: Site) -> None:
    home = {"city": "Ulm", "rooms": 3, "pets": [{"name": "Rex"}, {"name": "Mia"}]}

    answer = send(site, attributes(home=home))
    drain_inbox(now=NOW)

    assert answer.warnings == []
    person = read_person()
    assert person.attributes == {"home": home}
    assert Attribute.objects.get(key="home").type == Attribute.Type.OBJECT
    for key, operator, value in (
        ("home.city", "equals", "ulm"),
        ("home.rooms", "at_least", 3),
        ("home.pets[].name", "equals", "Mia"),
    ):
        rule = rule_of({"type": "attribute", "key": key, "operator": operator, "value": value})
        assert list(select_subscribers(site, read_rule(site, rule), as_of=NOW)) == [person], key
