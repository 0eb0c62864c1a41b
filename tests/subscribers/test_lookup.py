"""Finding somebody by what people know of them."""

import datetime as dt
import uuid

import pytest

from subscribers.lookup import find_people
from subscribers.models import Identity, Site
from tests.factories import NOW, make_site, make_subscriber


@pytest.mark.parametrize(
    "text", ["u-42", " u-42 ", "ANA@shop.example", "0E8A0B6C-0000-4000-8000-000000000001"]
)
def test_somebody_is_found_by_customer_id_address_or_browser(site: Site, text: str) -> None:
    ana = make_subscriber(
        site,
        external_id="u-42",
        email="ana@shop.example",
        uuid=uuid.UUID("0e8a0b6c-0000-4000-8000-000000000001"),
    )
    make_subscriber(site)

    assert find_people(site, text) == [ana]


def test_somebody_is_found_by_a_browser_that_was_merged_into_them(site: Site) -> None:
    ana, browser = make_subscriber(site), uuid.uuid4()
    make_subscriber(site, uuid=browser, merged_into=ana)
    Identity.objects.create(site=site, kind="anonymous", value=str(browser), subscriber=ana)

    assert find_people(site, str(browser)) == [ana]


def test_all_who_share_an_address_are_found_the_one_seen_last_first(site: Site) -> None:
    old = make_subscriber(site, email="a@shop.example", last_seen_at=NOW - dt.timedelta(days=1))
    new = make_subscriber(site, email="a@shop.example")

    assert find_people(site, "a@shop.example") == [new, old]


@pytest.mark.parametrize("text", ["", "  ", "u", "\0", "u-42\0"])
def test_nothing_and_half_a_name_find_nobody(site: Site, text: str) -> None:
    make_subscriber(site, external_id="u-42")

    assert find_people(site, text) == []


def test_nobody_is_found_on_another_site(site: Site) -> None:
    make_subscriber(make_site(), external_id="u-42")

    assert find_people(site, "u-42") == []


def test_the_start_of_an_address_is_enough_where_nobody_is_called_just_that(site: Site) -> None:
    ben = make_subscriber(site, email="ben@shop.example")
    ana = make_subscriber(site, email="Ana@shop.example")
    anna = make_subscriber(site, email="anna%@shop.example")

    assert find_people(site, "ana") == [ana]
    assert find_people(site, "anna%") == [anna]
    assert find_people(site, "BEN@shop") == [ben]
    assert find_people(site, "an") == []
