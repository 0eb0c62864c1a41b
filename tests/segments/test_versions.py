"""The rules that a segment had: numbered, with who wrote each and when; and what saving one starts."""

from unittest import mock

import pytest
from django.contrib.auth.models import AnonymousUser
from pytest_django import DjangoCaptureOnCommitCallbacks

from segments.building import build_members
from segments.models import Segment
from segments.rules import RuleError
from segments.versions import BUILDING_TASK, keep_definition, restore_version
from subscribers.models import Site
from tests.factories import NOW, make_attribute, make_segment, make_user
from tests.segments.live import BUYERS, GERMANS, GOLD, JSON, LATER, make_built, rule_of

NOBODY = AnonymousUser()


def save(segment: Segment, rule: JSON) -> Segment:
    segment.rule = rule
    segment.save()
    keep_definition(segment, by=NOBODY, now=LATER)
    segment.refresh_from_db()
    return segment


def list_rules(segment: Segment) -> list[tuple[int, JSON]]:
    return list(segment.versions.order_by("number").values_list("number", "rule"))


def test_the_first_rule_is_the_first_version_with_who_wrote_it_and_when(site: Site) -> None:
    anna = make_user("marketer")
    segment = make_segment(site, BUYERS)

    keep_definition(segment, by=anna, now=NOW)

    version = segment.versions.get()
    assert (version.number, version.rule, version.created_by, version.created_at) == (1, BUYERS, anna, NOW)


def test_another_rule_is_another_version(site: Site) -> None:
    segment = make_built(site, BUYERS)

    save(segment, GERMANS)

    assert list_rules(segment) == [(1, BUYERS), (2, GERMANS)]


def test_the_same_rule_again_is_no_other_version(site: Site) -> None:
    segment = make_built(site, BUYERS)

    save(segment, BUYERS)

    assert list_rules(segment) == [(1, BUYERS)]
    assert segment.status == "ready"


def test_a_rule_that_was_there_before_is_a_version_of_its_own(site: Site) -> None:
    segment = make_built(site, BUYERS)
    save(segment, GERMANS)

    save(segment, BUYERS)

    assert list_rules(segment) == [(1, BUYERS), (2, GERMANS), (3, BUYERS)]


def test_the_members_follow_the_version_that_was_built_last(site: Site) -> None:
    segment = make_built(site, BUYERS)
    followed = segment.live_version

    save(segment, GERMANS)

    assert (segment.status, segment.live_version) == ("building", followed)

    build_members(segment, as_of=LATER)
    segment.refresh_from_db()
    assert segment.live_version == segment.versions.get(number=2)


def test_another_rule_wakes_a_worker_once_it_is_committed(
    site: Site, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    segment = make_built(site, BUYERS)

    with mock.patch("segments.versions.wake") as wake:
        with django_capture_on_commit_callbacks(execute=True):
            save(segment, GERMANS)
            wake.assert_not_called()

        wake.assert_called_once_with(BUILDING_TASK)


def test_one_that_was_set_aside_is_tried_again_when_it_is_saved_as_it_is(site: Site) -> None:
    segment = make_built(site, BUYERS)
    Segment.objects.update(status="failed", failure="The database refused it.")
    segment.refresh_from_db()

    assert save(segment, BUYERS).status == "building"


def test_a_restored_version_is_the_latest_by_whoever_restored_it(site: Site) -> None:
    anna = make_user("marketer")
    segment = make_built(site, BUYERS)
    first = segment.versions.get()
    save(segment, GERMANS)

    restore_version(segment, first, by=anna, now=LATER)

    segment.refresh_from_db()
    latest = segment.versions.order_by("-number")[0]
    assert (segment.rule, latest.number, latest.rule, latest.created_by) == (BUYERS, 3, BUYERS, anna)
    assert segment.status == "building"


def test_a_version_that_would_be_wrong_now_is_not_restored(site: Site) -> None:
    tier = make_attribute(site, "tier", "text")
    segment = make_built(site, GOLD)
    first = segment.versions.get()
    save(segment, rule_of({"type": "profile", "field": "email", "operator": "exists"}))
    tier.type = "number"
    tier.save()

    with pytest.raises(RuleError, match="tier"):
        restore_version(segment, first, by=NOBODY, now=LATER)

    assert len(list_rules(segment)) == 2
