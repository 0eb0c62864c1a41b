"""Several workers at once: nobody fights over a subscriber, nobody waits for a build, and no change is lost or doubled."""

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial

import pytest
from django.db import connection, connections

from segments.building import build_members, build_waiting
from segments.following import LOCK_SPACE, Followed, follow_site
from segments.models import MembershipChange, Segment, SegmentDay
from subscribers.changes import note_for_everyone
from subscribers.models import Site, SubscriberChange
from tests.factories import EVERYONE, make_event, make_site, make_subscriber
from tests.segments.live import BUYERS, GERMANS, LATER, SECOND, is_in, make_built, members, negate
from tests.subscribers.noting import forget_noted, read_noted

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def site() -> Site:
    return make_site(timezone="Europe/Berlin")


@contextmanager
def another_worker(statement: str, *values: int) -> Iterator[None]:
    """Another connection in the middle of a transaction, having done this. Who waits for it gives up, and fails."""
    other = connections.create_connection("default")
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute(statement, values)
        _run("SET lock_timeout = '5s'")
        yield
        other.rollback()
    finally:
        other.close()
        _run("RESET lock_timeout")


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def holding(segment: Segment) -> AbstractContextManager[None]:
    """As one that builds it."""
    return another_worker("SELECT 1 FROM segments_segment WHERE id = %s FOR NO KEY UPDATE", segment.pk)


def run_together(*tasks: Callable[[], object]) -> None:
    """Each in a thread with a connection of its own, begun at the same moment; raises what they raise."""
    errors: list[BaseException] = []
    barrier = threading.Barrier(len(tasks))

    def run(task: Callable[[], object]) -> None:
        try:
            barrier.wait()
            task()
        except BaseException as error:  # noqa: BLE001 - told to the test
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


# --- A segment that somebody else has in hand ------------------------------------------------


def test_a_segment_that_is_being_built_gets_its_changes_afterwards(site: Site) -> None:
    person = make_subscriber(site)
    held, other = make_built(site, BUYERS), make_built(site, negate(BUYERS))
    forget_noted()
    make_event(person, "purchase")

    with holding(held):
        follow_site(site, now=LATER)
        assert (members(held), members(other)) == (set(), set()), "the others do not wait"
        assert read_noted(site) == {f"again:{held.pk}": {person.pk}}

    follow_site(site, now=LATER + SECOND)
    assert members(held) == {person.pk}
    assert not SubscriberChange.objects.exists()


def test_it_is_told_who_moved_in_those_it_is_built_on(site: Site) -> None:
    person = make_subscriber(site)
    inner = make_built(site, BUYERS)
    held = make_built(site, is_in(inner))
    forget_noted()
    make_event(person, "purchase")

    with holding(held):
        follow_site(site, now=LATER)
    follow_site(site, now=LATER + SECOND)

    assert members(inner) == members(held) == {person.pk}


def test_what_concerned_everybody_concerns_it_afterwards(site: Site) -> None:
    held = make_built(site, BUYERS)
    note_for_everyone(site.pk, ["log"], now=LATER)

    with holding(held):
        follow_site(site, now=LATER)
    follow_site(site, now=LATER + SECOND)

    held.refresh_from_db()
    assert held.status == "building"


def test_its_changes_are_kept_however_often_it_is_passed_over(site: Site) -> None:
    held = make_built(site, BUYERS)
    people = [make_subscriber(site) for _ in range(3)]
    forget_noted()

    with holding(held):
        for number, person in enumerate(people):
            make_event(person, "purchase")
            follow_site(site, now=LATER + number * SECOND)
        assert read_noted(site) == {f"again:{held.pk}": {person.pk for person in people}}

    follow_site(site, now=LATER + 5 * SECOND)
    assert members(held) == {person.pk for person in people}


def test_a_build_leaves_a_segment_that_somebody_follows_for_the_next_time(site: Site) -> None:
    segment = make_built(site, EVERYONE)

    with holding(segment):
        assert build_members(segment, as_of=LATER, skip_busy=True) is None


def test_a_site_that_another_worker_follows_is_left_to_it(site: Site) -> None:
    segment = make_built(site, EVERYONE)
    make_subscriber(site)

    with another_worker("SELECT pg_advisory_xact_lock(%s, %s)", LOCK_SPACE, site.pk):
        assert follow_site(site, now=LATER) == Followed()
        assert members(segment) == set()

    assert follow_site(site, now=LATER).moved == 1


# --- At the same moment -----------------------------------------------------------------


def count_moves() -> dict[int, int]:
    days = SegmentDay.objects.all()
    return {day.segment_id: day.entered + day.left for day in days}


def test_two_who_follow_at_once_follow_each_change_once(site: Site) -> None:
    segments = [make_built(site, BUYERS), make_built(site, EVERYONE)]
    people = [make_subscriber(site) for _ in range(30)]
    for person in people:
        make_event(person, "purchase")

    run_together(*[partial(follow_site, site, now=LATER) for _ in range(3)])
    follow_site(site, now=LATER)

    assert [len(members(segment)) for segment in segments] == [30, 30]
    assert MembershipChange.objects.count() == 60
    assert count_moves() == {segment.pk: 30 for segment in segments}


def test_thoroughly_waits_for_who_is_at_it_and_leaves_nothing(site: Site) -> None:
    segment = make_built(site, BUYERS)
    for _ in range(30):
        make_event(make_subscriber(site), "purchase")

    run_together(*[partial(follow_site, site, now=LATER, thoroughly=True) for _ in range(2)])

    assert len(members(segment)) == 30
    assert MembershipChange.objects.count() == 30


def test_builds_edits_and_changes_at_once_end_as_the_rule_says(site: Site) -> None:
    germans = {make_subscriber(site, country="DE").pk for _ in range(10)}
    segment = make_built(site, BUYERS)
    buyers = [make_subscriber(site) for _ in range(10)]
    Segment.objects.filter(pk=segment.pk).update(rule=GERMANS, status="building")

    def buy() -> None:
        for person in buyers:
            make_event(person, "purchase")

    def follow(step: dt.timedelta) -> None:
        for number in range(10):
            follow_site(site, now=LATER + number * step)

    run_together(buy, partial(follow, SECOND), partial(build_waiting, now=LATER))
    build_waiting(now=LATER)
    follow_site(site, now=LATER + 60 * SECOND)

    assert members(segment) == germans
    assert count_moves()[segment.pk] == MembershipChange.objects.count()
