"""Several segments asked about some people at once: who moved in which, and why."""

from segments.answers import Question, move_people
from segments.membership import Cause, apply_members
from segments.rules.sql import Fragment
from subscribers.models import Site
from tests.factories import NOW, make_segment, make_subscriber
from tests.segments.live import LATER, changes, members


def give(*people: int) -> Fragment:
    return Fragment("SELECT unnest(%s::bigint[]) AS id", (list(people),))


def test_only_those_asked_about_move(site: Site) -> None:
    asked, other, silent = (make_subscriber(site).pk for _ in range(3))
    segment = make_segment(site)
    apply_members(segment, give(asked, other), as_of=NOW, cause=Cause.BUILD)

    question = Question(give(), {asked: Cause.EVENT, silent: Cause.TIME})
    moves = move_people({segment.pk: question}, as_of=LATER)

    assert moves[segment.pk].left == (asked,)
    assert moves[segment.pk].looked_at == 2
    assert members(segment) == {other}


def test_each_moves_for_the_reason_that_made_us_ask(site: Site) -> None:
    one, other = (make_subscriber(site).pk for _ in range(2))
    segment = make_segment(site)

    move_people({segment.pk: Question(give(one, other), {other: Cause.EVENT, one: Cause.TIME})}, as_of=NOW)

    assert changes(segment) == [(one, "entered", "time", NOW), (other, "entered", "event", NOW)]


def test_each_segment_has_its_own_answer(site: Site) -> None:
    ana, ben = (make_subscriber(site).pk for _ in range(2))
    first, second = make_segment(site), make_segment(site)
    apply_members(second, give(ana), as_of=NOW, cause=Cause.BUILD)
    causes = {ana: Cause.EVENT, ben: Cause.EVENT}

    moves = move_people(
        {first.pk: Question(give(ana), causes), second.pk: Question(give(ben), causes)}, as_of=LATER
    )

    assert moves[first.pk].entered == (ana,)
    assert (moves[second.pk].entered, moves[second.pk].left) == ((ben,), (ana,))
    for segment, expected in ((first, {ana}), (second, {ben})):
        segment.refresh_from_db()
        assert members(segment) == expected
        assert segment.member_count == 1


def test_who_is_where_they_belong_does_not_move(site: Site) -> None:
    inside, outside = (make_subscriber(site).pk for _ in range(2))
    segment = make_segment(site)
    apply_members(segment, give(inside), as_of=NOW, cause=Cause.BUILD)

    question = Question(give(inside), {inside: Cause.EVENT, outside: Cause.EVENT})
    moves = move_people({segment.pk: question}, as_of=LATER)

    assert moves[segment.pk].people == ()
    assert len(changes(segment)) == 1
