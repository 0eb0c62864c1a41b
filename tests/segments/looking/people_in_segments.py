"""Members put straight into rows, with the log that led there, for tests that compare segments."""

import datetime as dt
from collections.abc import Sequence

from segments.models import Membership, MembershipChange, Segment, SegmentDay
from subscribers.models import Site, Subscriber
from tests import factories

Step = tuple[int, int, int]  # person, segment, minute: whoever is in leaves, whoever is not enters
START = factories.NOW - dt.timedelta(days=60)


def make_segments(site: Site, count: int) -> list[Segment]:
    """Ready, empty, and made long ago."""
    segments = [
        factories.make_segment(
            site, name=f"Set {chr(65 + n)}", status=Segment.Status.READY, refreshed_at=factories.NOW
        )
        for n in range(count)
    ]
    Segment.objects.filter(site=site).update(created_at=START)
    for segment in segments:
        segment.refresh_from_db()
    return segments


def fill_segments(segments: Sequence[Segment], *people: str) -> list[Subscriber]:
    """Each word is a person: “AC” is in the first and the third segment, “” in none."""
    subscribers = [factories.make_subscriber(segments[0].site) for _ in people]
    Membership.objects.bulk_create(
        Membership(segment=segments[ord(letter) - 65], subscriber=subscriber, entered_at=START)
        for subscriber, letters in zip(subscribers, people, strict=True)
        for letter in letters
    )
    _count(segments)
    return subscribers


def replay_steps(segments: Sequence[Segment], people: Sequence[Subscriber], steps: Sequence[Step]) -> None:
    """Change memberships step by step, a minute after `START` and later, and log each."""
    members: set[tuple[int, int]] = set()
    changes = []
    for person, segment, minute in sorted(steps, key=lambda step: step[2]):
        key = (people[person].pk, segments[segment].pk)
        kind = MembershipChange.Kind.LEFT if key in members else MembershipChange.Kind.ENTERED
        members ^= {key}
        changes.append(
            MembershipChange(
                subscriber_id=key[0], segment_id=key[1], kind=kind, cause="event", changed_at=at(minute)
            )
        )
    MembershipChange.objects.bulk_create(changes)
    Membership.objects.bulk_create(
        Membership(subscriber_id=person, segment_id=segment, entered_at=START) for person, segment in members
    )
    SegmentDay.objects.bulk_create(
        SegmentDay(segment=segment, day=START.date(), entered=len(changes)) for segment in segments
    )
    _count(segments)


def at(minute: int) -> dt.datetime:
    return START + dt.timedelta(minutes=minute)


def _count(segments: Sequence[Segment]) -> None:
    for segment in segments:
        segment.member_count = segment.memberships.count()
        segment.save(update_fields=["member_count"])
