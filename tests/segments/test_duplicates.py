"""“Duplicate” for segments: a form filled in with what another one has; a list comes with its people."""

import json
from typing import Any

import pytest
from django.test import Client

from segments.duplicates import LONGEST_NAME, name_copy
from segments.lists import add_members
from segments.models import Membership, MembershipChange, Segment
from subscribers.models import Site
from tests import factories

LIST = "/admin/segments/segment/"
GOLD = {
    "version": 1,
    "root": {"type": "attribute", "key": "tier", "operator": "equals", "value": 9007199254740993},
}


def sign_in(*groups: str, **values: Any) -> Client:
    client = Client()
    client.force_login(factories.make_user(*groups, **values))
    return client


@pytest.fixture
def marketer(site: Site) -> Client:
    return sign_in("marketer")


def test_the_form_of_a_duplicate_has_all_but_the_name(marketer: Client, site: Site) -> None:
    original = factories.make_segment(site, GOLD, name="Gold", description="For the sale")
    assert f"{LIST}add/?copy={original.pk}" in marketer.get(LIST).content.decode()
    assert f"{LIST}add/?copy={original.pk}" in marketer.get(f"{LIST}{original.pk}/change/").content.decode()

    form = marketer.get(f"{LIST}add/?copy={original.pk}").context["adminform"].form

    assert form["name"].value() == "Copy of Gold"
    assert form["description"].value() == "For the sale"
    assert json.loads(form["rule"].value()) == GOLD
    assert Segment.objects.count() == 1


def test_a_duplicate_of_a_list_begins_with_its_people(marketer: Client, site: Site) -> None:
    original = factories.make_list(site, name="VIPs")
    people = [factories.make_subscriber(site).pk for _ in range(3)]
    add_members(original, people, now=factories.NOW)
    address = f"{LIST}add/?kind=static&copy={original.pk}"
    assert "begins with everybody who is on the other list" in marketer.get(address).content.decode()

    marketer.post(address, {"site": site.pk, "name": "Copy of VIPs", "description": ""})

    copy = Segment.objects.get(name="Copy of VIPs")
    assert (copy.kind, copy.member_count) == ("static", 3)
    assert set(Membership.objects.filter(segment=copy).values_list("subscriber", flat=True)) == set(people)
    assert MembershipChange.objects.filter(segment=copy, kind="entered", cause="list").count() == 3
    add_members(copy, [factories.make_subscriber(site).pk], now=copy.refreshed_at)  # type: ignore[arg-type]
    assert Membership.objects.filter(segment=original).count() == 3


def test_names_of_copies_are_free_and_fit(site: Site) -> None:
    original = factories.make_segment(site, name="x" * LONGEST_NAME)
    for start in ("Copy of x", "Copy 2 of x", "Copy 3 of x"):
        name = name_copy(original)
        assert name.startswith(start)
        assert len(name) == LONGEST_NAME
        factories.make_segment(site, name=name)


@pytest.mark.parametrize("asked", ["0", "999999", "x", "", "-1", "9" * 30, "²"])
def test_a_duplicate_of_nothing_is_an_empty_form(marketer: Client, site: Site, asked: str) -> None:
    answer = marketer.get(f"{LIST}add/", {"copy": asked})
    assert answer.status_code == 200
    assert not answer.context["adminform"].form["name"].value()


def test_who_may_not_add_segments_is_not_offered_to_duplicate_one(site: Site) -> None:
    factories.make_segment(site, name="Gold")
    assert "Duplicate" not in sign_in("analyst").get(LIST).content.decode()


def test_a_twin_is_told_in_the_admin_and_saved(marketer: Client, site: Site) -> None:
    factories.make_segment(site, name="Gold")
    fields = {
        "site": site.pk,
        "name": "gold\u200b",
        "description": "",
        "rule": json.dumps(factories.EVERYONE),
    }

    page = marketer.post(f"{LIST}add/", fields, follow=True).content.decode()

    assert "There is another segment whose name looks the same: “Gold”." in page
    assert Segment.objects.count() == 2


def test_a_name_with_nothing_to_see_is_refused_in_the_admin(marketer: Client, site: Site) -> None:
    fields = {
        "site": site.pk,
        "name": "\u2060\u200b",
        "description": "",
        "rule": json.dumps(factories.EVERYONE),
    }
    assert "Nothing of this name can be seen" in marketer.post(f"{LIST}add/", fields).content.decode()
    assert Segment.objects.count() == 0
