import datetime as dt

from subscribers.models import Site
from tests import factories
from tests.factories import NOW
from tracking.timeline import TimelineEntry, read_timeline


def test_the_newest_events_come_first(site: Site) -> None:
    person = factories.make_subscriber(site)
    factories.make_event(person, "purchase", NOW, value=9)
    factories.make_event(person, "add_to_cart", NOW - dt.timedelta(hours=1))
    factories.make_event(factories.make_subscriber(site), "somebody_elses", NOW)

    assert read_timeline(person) == [
        TimelineEntry(NOW, "purchase", {"value": 9}),
        TimelineEntry(NOW - dt.timedelta(hours=1), "add_to_cart", {}),
    ]


def test_the_next_page_begins_where_the_last_one_ended(site: Site) -> None:
    person = factories.make_subscriber(site)
    for minute in range(5):
        factories.make_event(person, f"event_{minute}", NOW - dt.timedelta(minutes=minute))

    first = read_timeline(person, limit=3)
    second = read_timeline(person, before=first[-1].occurred_at, limit=3)

    assert [entry.name for entry in first + second] == [f"event_{minute}" for minute in range(5)]


def test_what_happened_at_one_instant_stays_on_one_page(site: Site) -> None:
    person = factories.make_subscriber(site)
    for name in ("a", "b", "c"):
        factories.make_event(person, name, factories.NOW)
    factories.make_event(person, "earlier", factories.NOW - dt.timedelta(hours=1))

    first = read_timeline(person, limit=2)
    second = read_timeline(person, before=first[-1].occurred_at, limit=2)

    assert {entry.name for entry in first} == {"a", "b", "c"}
    assert [entry.name for entry in second] == ["earlier"]
