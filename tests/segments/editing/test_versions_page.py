"""The versions of a segment in the admin: what each said, which one members follow, and using one again."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from segments.building import build_members
from segments.models import Segment
from segments.versions import keep_definition
from subscribers.models import Attribute
from tests import factories
from tests.segments.editing.conftest import page_of, read, sign_in
from tests.segments.live import GERMANS, JSON, has_attribute, lives_in

FRENCH = lives_in("FR")
TOMORROW = factories.NOW + dt.timedelta(days=1)


def write(segment: Segment, rule: JSON, *, by: str, build: bool = True) -> None:
    """Save another rule a day later in somebody's name, and have it built."""
    segment.refresh_from_db()
    segment.rule = rule
    segment.save()
    keep_definition(segment, by=factories.make_user("marketer", username=by), now=TOMORROW)
    if build:
        build_members(segment, as_of=TOMORROW)
    segment.refresh_from_db()


def versions_of(segment: Segment) -> str:
    return reverse("admin:segments_segment_versions", args=[segment.pk])


def restoring(segment: Segment, number: int) -> str:
    return reverse("admin:segments_segment_restore", args=[segment.pk, number])


# --- The list -------------------------------------------------------------------


def test_each_version_says_who_wrote_it_when_and_what_it_says(marketer: Client, germans: Segment) -> None:
    write(germans, FRENCH, by="anna")

    page = read(marketer.get(versions_of(germans)))

    assert "Version 2 members follow this one anna, 22 Nov 2026, 13:00" in page
    assert "Subscribers whose country equals France." in page
    assert "taken out: Germany. put in: France." in page
    assert page.index("Version 2 ") < page.index("Subscribers whose country equals Germany.")


def test_while_a_version_is_being_built_pages_say_which_one_members_follow_until_then(
    marketer: Client, germans: Segment
) -> None:
    write(germans, FRENCH, by="anna", build=False)
    sentence = "Version 2, written by anna on 22 Nov 2026, 13:00, is being built. Until that is done, members follow version 1."

    listed = read(marketer.get(versions_of(germans)))

    assert sentence in listed
    assert "Version 2 being built" in listed
    assert "Version 1 members follow this one" in listed
    assert sentence in read(marketer.get(page_of(germans)))


def test_where_the_build_failed_it_says_why_and_whose_members_there_still_are(
    marketer: Client, germans: Segment
) -> None:
    Attribute.objects.create(site=germans.site, key="tier", type=Attribute.Type.NUMBER)
    write(germans, has_attribute("tier", "gold"), by="anna")

    page = read(marketer.get(page_of(germans)))

    assert "could not be built: root.operator: “tier” holds a number" in page
    assert "Members are still those of version 1, as of 21 Nov 2026, 13:00" in page
    assert "Version 2 could not be built" in read(marketer.get(versions_of(germans)))


def test_the_history_link_of_a_segment_leads_to_its_versions(marketer: Client, germans: Segment) -> None:
    answer = marketer.get(reverse("admin:segments_segment_history", args=[germans.pk]))

    assert (answer.status_code, answer["Location"]) == (302, versions_of(germans))


def test_a_list_has_no_versions_and_says_so(marketer: Client, germans: Segment) -> None:
    Segment.objects.filter(pk=germans.pk).update(kind=Segment.Kind.STATIC, rule=None)

    assert "people keep its list by hand" in read(marketer.get(versions_of(germans)))


def test_many_versions_take_as_many_queries_as_one(marketer: Client, germans: Segment) -> None:
    write(germans, FRENCH, by="anna")
    with CaptureQueriesContext(connection) as for_two:
        marketer.get(versions_of(germans))
    for number in range(5):
        write(germans, lives_in("AT" if number % 2 else "CH"), by=f"anna{number}")
    with CaptureQueriesContext(connection) as for_seven:
        marketer.get(versions_of(germans))

    assert len(for_seven) == len(for_two)


def test_the_versions_are_shown_to_whoever_may_see_segments_and_changed_by_whoever_may_change_them(
    germans: Segment,
) -> None:
    write(germans, FRENCH, by="anna")

    assert "Use this one again" not in read(sign_in("analyst").get(versions_of(germans)))
    assert sign_in("analyst").get(restoring(germans, 1)).status_code == 403
    assert sign_in().get(versions_of(germans)).status_code == 403


# --- Using one again ------------------------------------------------------------


def test_using_a_version_again_first_shows_what_that_would_do(marketer: Client, germans: Segment) -> None:
    write(germans, FRENCH, by="anna")

    page = read(marketer.get(restoring(germans, 1)))

    assert "Then, as in version 1 Subscribers whose country equals Germany." in page
    assert "+2 join, −1 leave, 0 stay" in page
    germans.refresh_from_db()
    assert germans.rule == FRENCH


def test_confirmed_it_becomes_a_version_of_its_own_that_is_built(marketer: Client, germans: Segment) -> None:
    write(germans, FRENCH, by="anna")

    answer = marketer.post(restoring(germans, 1), {"version": 2})

    assert answer.status_code == 302
    germans.refresh_from_db()
    assert (germans.rule, germans.status) == (GERMANS, "building")
    assert list(germans.versions.order_by("number").values_list("number", "rule")) == [
        (1, GERMANS),
        (2, FRENCH),
        (3, GERMANS),
    ]


def test_if_the_rule_was_changed_meanwhile_it_is_asked_again(marketer: Client, germans: Segment) -> None:
    write(germans, FRENCH, by="anna")

    page = read(marketer.post(restoring(germans, 1), {"version": 1}))

    assert "changed meanwhile by anna on 22 Nov 2026, 13:00" in page
    germans.refresh_from_db()
    assert germans.rule == FRENCH


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_rule_that_cannot_be_any_more_is_refused_in_words(
    marketer: Client, germans: Segment, method: str
) -> None:
    write(germans, has_attribute("tier", "gold"), by="anna")
    write(germans, FRENCH, by="otto")
    Attribute.objects.create(site=germans.site, key="tier", type=Attribute.Type.NUMBER)
    ask: Any = getattr(marketer, method)

    page = read(ask(restoring(germans, 2), {"version": 3}, follow=True))

    assert "Version 2 cannot be used any more: “tier” holds a number" in page
    germans.refresh_from_db()
    assert germans.rule == FRENCH


def test_a_version_that_there_is_not_is_not_found(marketer: Client, germans: Segment) -> None:
    assert marketer.get(restoring(germans, 99)).status_code == 404


def test_a_number_beyond_all_measure_is_not_found_either(marketer: Client, germans: Segment) -> None:
    assert marketer.get(restoring(germans, 10**30)).status_code == 404
