"""Two edits at the same moment: each is fine by itself, both together would go round in a circle."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from segments.building import build_waiting
from segments.models import Segment
from segments.rules import RuleError
from segments.versions import accept_rule, keep_definition
from subscribers.models import Site
from tests import factories
from tests.segments.editing.conftest import filled_in, page_of, read, sign_in
from tests.segments.live import GERMANS, is_in

pytestmark = pytest.mark.django_db(transaction=True)


def save(segment: Segment, rule: dict[str, Any], before_commit: Callable[[], object]) -> str:
    """As a door does it; what was wrong, in words."""
    try:
        with transaction.atomic():
            accept_rule(segment.site, rule, segment=segment)
            before_commit()
            segment.rule = rule
            segment.save(update_fields=["rule"])
            keep_definition(segment, by=factories.make_user(), now=factories.NOW)
    except RuleError as error:
        return error.problems[0].message
    finally:
        connection.close()
    return ""


def test_the_second_of_two_edits_sees_the_first_and_no_circle_is_raced_in(site: Site) -> None:
    one, other = factories.make_segment(site, name="One"), factories.make_segment(site, name="Other")
    accepted, go_on = threading.Event(), threading.Event()

    def dawdle() -> None:
        accepted.set()
        go_on.wait(10)

    with ThreadPoolExecutor() as pool:
        first = pool.submit(save, one, is_in(other), dawdle)
        accepted.wait(10)
        second = pool.submit(save, other, is_in(one), lambda: None)
        with pytest.raises(TimeoutError):
            second.result(timeout=0.5)  # it waits for the first
        go_on.set()

        assert first.result(10) == ""
        assert second.result(10) == "This would go round in a circle: “Other” → “One” → “Other”."


def test_a_circle_that_is_there_all_the_same_sets_its_segments_aside_with_the_way_round(site: Site) -> None:
    one, other = factories.make_segment(site, name="One"), factories.make_segment(site, name="Other")
    Segment.objects.filter(pk=one.pk).update(rule=is_in(other))
    Segment.objects.filter(pk=other.pk).update(rule=is_in(one))

    build_waiting(now=factories.NOW)

    failures = dict(Segment.objects.filter(status=Segment.Status.FAILED).values_list("name", "failure"))
    assert failures == {
        "One": "root.segment: This would go round in a circle: “One” → “Other” → “One”.",
        "Other": "root.segment: This would go round in a circle: “Other” → “One” → “Other”.",
    }


def test_asking_what_a_change_would_do_waits_for_nobody(site: Site) -> None:
    """Somebody has the rules of the site in hand, and a build the segment."""
    segment = factories.make_segment(site)
    holding, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        holding.set()
        go_on.wait(10)

    with ThreadPoolExecutor() as pool:
        saving = pool.submit(save, segment, is_in(factories.make_segment(site)), hold)
        holding.wait(10)
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '3s'")
            page = sign_in("marketer").post(page_of(segment), filled_in(segment, GERMANS))
        finally:
            go_on.set()
            connection.close()
        assert saving.result(10) == ""

    assert "Save and apply" in read(page)
