"""Random rules and people for whom time matters: much happens, soon before and after now, and rules ask how much.

Where rules and people are drawn from everything there is, most answers never change by themselves.
"""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from segments.rules.facts import write_instant
from tests.parity import strategies as some
from tests.parity.population import people

JSON = dict[str, Any]

# With and without changes of the clock: at midnight, by half an hour, and in the other half of the year.
ZONES = ("UTC", "Europe/Berlin", "America/Havana", "Africa/Cairo", "Australia/Lord_Howe", "Asia/Kathmandu")
zones = st.sampled_from(ZONES)
# Days on which clocks are changed somewhere, and the ends of a week, a month and a year.
DAYS = tuple(
    dt.datetime.fromisoformat(f"{day}T00:00:00Z")
    for day in (
        "2026-03-08", "2026-03-29", "2026-04-05", "2026-04-24", "2026-10-04", "2026-10-25", "2026-10-30", "2026-11-01",
        "2026-11-21", "2026-12-31", "2028-02-28",
    )
)  # fmt: skip
EVENTS, HOURS = (
    ("add_to_cart", "purchase", "$page_view", "$push_clicked"),
    (0, 1, 1.25, 1.5, 2, 3, 12, 24, 48, 7 * 24, 14 * 24),
)
names = st.sampled_from([*EVENTS, *EVENTS[:2]])
apart = st.builds(
    lambda hours, sign, microseconds: dt.timedelta(hours=sign * hours, microseconds=microseconds),
    st.sampled_from(HOURS),
    st.sampled_from([-1, -1, 1]),
    st.sampled_from([-1, 0, 0, 1]),
)
moments = st.builds(lambda day, by: day + by, st.sampled_from(DAYS), apart)


@st.composite
def lives(draw: st.DrawFn) -> tuple[JSON, dt.datetime]:
    """Somebody, and the instant around which all that they did lies."""
    as_of = draw(moments)
    return draw(people_around(as_of)), as_of


def people_around(as_of: dt.datetime) -> st.SearchStrategy[JSON]:
    """Somebody who did all that they did around an instant."""
    times = apart.map(lambda by: as_of + by)
    prices: st.SearchStrategy[Any] = st.integers(-2, 5) | st.sampled_from([0.1, 1e15])
    properties = st.fixed_dictionaries(
        {"price": prices},
        optional={
            "lines": st.lists(
                st.fixed_dictionaries(
                    {},
                    optional={
                        "item": st.sampled_from(["a", "b"]),
                        "price": prices,
                        "at": times.map(write_instant),
                    },
                ),
                max_size=3,
            ),
            "item": st.sampled_from(["a", "b", 1, 1.0, True]),
            "at": times.map(write_instant) | st.just("2025-02-30T00:00:00.000000Z"),
            "url": st.sampled_from(["https://shop.example/Sale/shoes", "https://shop.example/cart"]),
            "campaign": st.integers(1, 2),
        },
    )
    event = st.fixed_dictionaries({"name": names, "occurred_at": times, "properties": properties})
    device = st.fixed_dictionaries(
        {"kind": st.just("mobile"), "os": st.just(""), "browser": st.just(""), "created_at": times, "ended_at": st.none() | times}
    )  # fmt: skip
    # Anywhere: no answer may depend on where exactly the log was cut.
    ends = st.lists(times, min_size=2, max_size=2).map(sorted)
    forgotten = st.builds(
        lambda count, ends: {"count": count, "first_at": ends[0], "last_at": ends[1]}, st.integers(1, 3), ends
    )
    since = times.map(lambda at: write_instant(at.replace(year=2024, day=28)))
    lived = st.fixed_dictionaries(
        {
            "events": st.lists(event, min_size=3, max_size=14),
            "forgotten": st.dictionaries(names, forgotten, max_size=2),
            "devices": st.lists(device, max_size=3),
            "last_seen_at": times,
            "attributes": st.fixed_dictionaries({"since": since}),
            "timezone": st.sampled_from([*ZONES, "", "Mars/Olympus"]),
        }
    )
    return st.builds(lambda person, more: {**person, **more}, people, lived)


amounts: st.SearchStrategy[JSON] = st.builds(
    lambda operator, value: {"operator": operator, "value": value},
    st.sampled_from(["equals", "at_least", "greater_than", "less_than", "at_most", "not_equals"]),
    st.integers(0, 6),
) | st.sampled_from(
    [{"operator": "exists"}, {"operator": "not_exists"}, {"operator": "between", "values": [1, 4]}]
)
rolling = some.durations.map(lambda last: {"last": last})
windows = rolling | rolling | some.windows
moving = st.sampled_from(["within_last", "more_than_ago", "within_next", "anniversary_within"])
times_only = st.builds(lambda operator, value: {"operator": operator, "value": value}, moving, some.durations)
where: st.SearchStrategy[list[JSON]] = (
    st.just([])
    | st.just([])
    | st.builds(
        lambda name, test: [{"property": name, **test}], st.sampled_from(["at", "lines[].at"]), times_only
    )
)
steps = st.lists(
    st.fixed_dictionaries({"event": st.sampled_from(EVENTS[:2]), "where": where, "absent": st.booleans()}),
    min_size=2,
    max_size=4,
).filter(lambda drawn: not all(step["absent"] for step in drawn))


def _node(kind: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[JSON]:
    return st.fixed_dictionaries(fields).map(
        lambda drawn: {"type": kind, **{key: value for key, value in drawn.items() if value is not None}}
    )


def _tested(test: st.SearchStrategy[JSON], node: st.SearchStrategy[JSON]) -> st.SearchStrategy[JSON]:
    return st.builds(lambda one, other: {**one, **other}, node, test)


sold = {"event": st.sampled_from(EVENTS[:2]), "within": windows, "where": where}
leaves = st.one_of(
    _node("event", count=some.counts, **sold),
    _node("event_repeat", property=st.sampled_from(["item", "price", "lines[].item"]), count=some.repeats, **sold),
    _node("event_sequence", steps=steps, within=windows, gap=st.none() | some.durations),
    _tested(amounts, _node("event_aggregate", property=st.sampled_from(["price", "price", "lines[].price"]), function=st.sampled_from(["sum", "average", "minimum", "maximum", "distinct"]), **sold)),
    _tested(times_only | some.times_only, _node("event_recency", event=names, occurrence=st.sampled_from(["first", "last"]))),
    _node("page_view", url=st.none() | st.just({"operator": "contains", "value": "sale"}), count=some.counts, within=windows),
    _node("message", activity=st.just("clicked"), campaign=st.none() | st.integers(1, 2), count=some.counts, within=windows),
    _node("channel", channel=st.just("web_push"), state=st.sampled_from(["subscribed", "unsubscribed"]), within=windows),
    _tested(times_only, _node("attribute", key=st.just("since"))),
    _tested(times_only, _node("profile", field=st.sampled_from(["last_seen_at", "created_at"]))),
    _node("local_time", between=st.sampled_from([["09:00", "17:00"], ["22:00", "06:00"], ["00:00", "00:30"], ["02:15", "02:45"]]), weekdays=some.weekdays),
    _node("local_time", weekdays=st.just(["saturday", "sunday"])),
)  # fmt: skip
groups = st.one_of(
    _node("group", match=st.sampled_from(["all", "any", "none"]), conditions=st.lists(leaves, max_size=4)),
    _node("group", match=st.just("at_least"), n=st.integers(0, 4), conditions=st.lists(leaves, max_size=4)),
)
nested = _node(
    "group", match=st.sampled_from(["all", "any", "none"]), conditions=st.lists(leaves | groups, max_size=3)
)
documents = (leaves | groups | nested).map(lambda root: {"version": 1, "root": root})
site_zones = zones.map(ZoneInfo)
