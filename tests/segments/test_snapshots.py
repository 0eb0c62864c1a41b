"""A list of whoever a rule gives at one instant."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from pytest_django import Settings

from segments import snapshots
from segments.definitions import describe_segment
from segments.following import follow_site
from segments.models import MembershipChange, Segment, SegmentDay
from segments.rules import RuleError
from segments.rules.sql import Fragment
from segments.snapshots import SnapshotStopped, take_snapshot
from subscribers.changes import name_profile, note_changes
from subscribers.models import Site
from tests.factories import NOW, make_segment, make_subscriber

GERMANS = {"version": 1, "root": {"type": "profile", "field": "country", "operator": "equals", "value": "DE"}}


def snap(site: Site, rule: Any = GERMANS, name: str = "Germans") -> Segment:
    return take_snapshot(site, rule, name=name, by=AnonymousUser(), now=NOW)


def test_whoever_the_rule_gives_is_on_it_counted_and_logged(site: Site) -> None:
    ana = make_subscriber(site, country="DE")
    make_subscriber(site, country="FR")

    segment = snap(site)

    assert (segment.kind, segment.rule, segment.status, segment.member_count) == ("static", None, "ready", 1)
    assert MembershipChange.objects.filter(
        segment=segment, subscriber=ana, kind="entered", cause="list", changed_at=NOW
    ).exists()
    assert SegmentDay.objects.get(segment=segment).entered == 1


def test_they_stay_when_the_rule_no_longer_holds(site: Site) -> None:
    ana = make_subscriber(site, country="DE")
    segment = snap(site)
    later = NOW + dt.timedelta(days=1)
    ana.country = "FR"
    ana.save()
    note_changes(site.pk, {name_profile("country"): [ana.pk]}, now=later)

    follow_site(site, now=later)

    assert segment.memberships.get().subscriber == ana


def test_a_snapshot_says_what_it_was_taken_from(site: Site) -> None:
    assert describe_segment(snap(site)) == (
        "A list that people keep. It was taken from: Subscribers whose country equals Germany."
    )


def test_a_rule_that_cannot_be_read_makes_no_list(site: Site) -> None:
    with pytest.raises(RuleError):
        snap(site, {"version": 1, "root": {"type": "nonsense"}})

    assert not Segment.objects.exists()


def test_one_that_takes_too_long_is_stopped_and_makes_no_list(
    site: Site, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SNAPSHOT_TIMEOUT_MS = 50
    slow = Fragment("SELECT id FROM subscribers_subscriber, (SELECT pg_sleep(5)) AS wait")
    monkeypatch.setattr(snapshots, "select_ids", lambda *args, **values: slow)
    make_subscriber(site)

    with pytest.raises(SnapshotStopped, match=r"longer than 0\.05 seconds"):
        snap(site)

    assert not Segment.objects.exists()


def test_a_name_taken_at_the_last_moment_is_refused_in_words(site: Site) -> None:
    make_segment(site, name="Germans")

    with pytest.raises(SnapshotStopped, match="a segment of this name"):
        snap(site)
