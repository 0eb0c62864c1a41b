"""The members of a segment, those who entered last first, forwards and backwards; and whether somebody is one."""

import datetime as dt

from segments.looking.members import Member, Position, find_members, read_members
from segments.models import Membership, Segment
from subscribers.models import Site
from tests.factories import NOW, make_list, make_subscriber

HOUR = dt.timedelta(hours=1)


def make_members(site: Site, *hours_ago: int) -> tuple[Segment, list[int]]:
    """Their ids, in the order in which the list shows them."""
    segment = make_list(site)
    rows = [
        Membership(segment=segment, subscriber=make_subscriber(site), entered_at=NOW - hours * HOUR)
        for hours in hours_ago
    ]
    Membership.objects.bulk_create(rows)
    rows.sort(key=lambda row: (row.entered_at, row.subscriber_id), reverse=True)
    return segment, [row.subscriber_id for row in rows]


def ids(members: list[Member]) -> list[int]:
    return [member.subscriber.pk for member in members]


def test_pages_go_on_where_the_one_before_ended_though_many_entered_at_once(site: Site) -> None:
    segment, expected = make_members(site, 3, 3, 3, 3, 2, 1, 1)

    first = read_members(segment, size=3)
    second = read_members(segment, size=3, older_than=first.older)
    third = read_members(segment, size=3, older_than=second.older)

    assert [ids(page.members) for page in (first, second, third)] == [
        expected[:3],
        expected[3:6],
        expected[6:],
    ]
    assert (first.newer, third.older) == (None, None)


def test_the_way_back_leads_over_the_same_pages(site: Site) -> None:
    segment, expected = make_members(site, 5, 4, 3, 2, 1)
    first = read_members(segment, size=2)
    second = read_members(segment, size=2, older_than=first.older)

    back = read_members(segment, size=2, newer_than=second.newer)

    assert ids(back.members) == expected[:2]
    assert (back.newer, back.older) == (None, first.older)


def test_who_was_deleted_a_moment_ago_is_not_shown(site: Site) -> None:
    segment, (last, first) = make_members(site, 1, 1)
    segment.site.subscribers.filter(pk=last).delete()

    assert ids(read_members(segment, size=5).members) == [first]


def test_a_position_is_read_as_it_was_written_and_nonsense_is_none() -> None:
    position = Position(NOW + dt.timedelta(microseconds=7), 42)

    assert Position.read(str(position)) == position
    for text in ("", "x~1", "20261121T120000.000000Z", "20261121T120000.000000Z~" + "9" * 30):
        assert Position.read(text) is None


def test_somebody_is_found_with_whether_they_are_in_it(site: Site) -> None:
    segment = make_list(site)
    ana = make_subscriber(site, email="ana@shop.example")
    ann = make_subscriber(site, email="ann@shop.example")
    Membership.objects.create(segment=segment, subscriber=ana, entered_at=NOW - HOUR)

    assert find_members(segment, "AN") == []
    assert find_members(segment, "ana") == [Member(ana, NOW - HOUR)]
    assert find_members(segment, "ann@shop.example") == [Member(ann, None)]
