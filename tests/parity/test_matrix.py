"""Every operator, condition, window and count over one of everything: SQL and evaluator give the same people."""

import copy
import datetime as dt
import inspect
import itertools
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, get_args

import pytest
from pytest_django import DjangoDbBlocker

from segments.definitions import select_subscribers
from segments.facts import load_facts
from segments.models import Membership, Segment
from segments.rules import SubscriberFacts, ast, evaluate_rule, parse_rule
from segments.rules.operators import Family
from subscribers.ids import take_ids
from subscribers.models import PushSubscription, Site, Subscriber
from tests.factories import EVERYONE, NOW, make_site
from tests.parity import matrix, strategies
from tests.parity.population import cut_log
from tests.parity.strategies import negate
from tracking.log import append_events
from tracking.models import Event, EventType

JSON = dict[str, Any]

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


class Population:
    """People in the database, with their facts read once."""

    def __init__(self) -> None:
        self.site = make_site(timezone="Europe/Berlin")
        self.types: dict[str, EventType] = {}
        self.people: list[Subscriber] = []
        self.events: list[Event] = []
        self.devices: list[PushSubscription] = []
        self.memberships: list[Membership] = []
        self.facts: dict[int, SubscriberFacts] = {}

    def add(self, **fields: Any) -> Subscriber:
        times = {"created_at": NOW - matrix.HOUR, "last_seen_at": NOW}
        self.people.append(Subscriber(site=self.site, **{**times, **fields}))
        return self.people[-1]

    def add_event(self, who: Subscriber, name: str, at: dt.datetime, properties: JSON) -> None:
        if name not in self.types:
            self.types[name] = EventType.objects.create(site=self.site, name=name)
        values = {"event_type": self.types[name], "occurred_at": at, "properties": properties}
        self.events.append(Event(subscriber=who, received_at=NOW, **values))

    def add_device(self, who: Subscriber, **fields: Any) -> None:
        defaults = {"kind": "desktop", "created_at": NOW, "last_seen_at": NOW, "p256dh": "", "auth": ""}
        endpoint = f"https://push.example/{len(self.devices)}"
        reason = "gone" if fields.get("ended_at") else ""
        values = {**defaults, "endpoint": endpoint, "end_reason": reason, **fields}
        self.devices.append(PushSubscription(subscriber=who, **values))

    def write(self) -> "Population":
        Subscriber.objects.bulk_create(take_ids(self.people))
        for event in self.events:
            event.subscriber_id = event.subscriber.pk
        append_events(self.events)
        PushSubscription.objects.bulk_create(self.devices)
        Membership.objects.bulk_create(self.memberships)
        self.facts = load_facts([who.pk for who in self.people])
        return self

    def check(self, root: JSON, as_of: dt.datetime = NOW) -> None:
        """Both interpreters agree on the rule and on its negation, and the two split everyone."""
        document = {"version": 1, "root": root}
        members = self.compile(document, as_of)
        assert members == self.evaluate(document, as_of), root
        others = self.compile(negate(document), as_of)
        assert others == self.facts.keys() - members, root

    def cut(self, begins_at: dt.datetime) -> "Population":
        """The same people, until the test ends, when the log has forgotten what is older."""
        cut_log(begins_at)
        people = copy.copy(self)
        people.facts = load_facts(self.facts.keys())
        return people

    def compile(self, document: JSON, as_of: dt.datetime) -> set[int]:
        rows = select_subscribers(self.site, parse_rule(document), as_of=as_of).values_list("pk", flat=True)
        found = list(rows)
        assert len(found) == len(set(found)), document
        return set(found)

    def evaluate(self, document: JSON, as_of: dt.datetime) -> set[int]:
        rule = parse_rule(document)
        return {
            pk
            for pk, facts in self.facts.items()
            if evaluate_rule(rule, facts, as_of=as_of, zone=matrix.ZONE)
        }


@pytest.fixture(scope="module")
def _database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Written once for the whole module, as writing people takes longer than asking about them."""
    with django_db_blocker.unblock():
        yield
        Site.objects.all().delete()


@pytest.fixture(scope="module")
def values(_database: None) -> Population:
    """One person for each JSON value: under an attribute, in an event, and as text in profile and device."""
    people = Population()
    people.add()
    for value in matrix.VALUES:
        text = value if isinstance(value, str) and len(value) <= 50 else ""
        who = people.add(attributes={"value": value, "": value}, city=text, email=text)
        people.add_event(who, "purchase", NOW, {"value": value})
        people.add_event(who, "purchase", NOW, {"other": value})
        people.add_device(who, os=text, browser=text)
        people.add_device(who, os="gold", ended_at=NOW)
    for instant in matrix.TIMES:
        at = dt.datetime.fromisoformat(instant)
        people.add(created_at=at, last_seen_at=at)
    return people.write()


@pytest.fixture(scope="module")
def lives(_database: None) -> Population:
    """People whose events and devices lie on the edges of windows, some more than once, and who are somewhere."""
    people = Population()
    people.add()
    for segment in (1, 2):
        Segment.objects.create(pk=segment, site=people.site, name=f"Segment {segment}", rule=EVERYONE)
    for number, instant in enumerate(matrix.list_edges()):
        zone = matrix.ZONES[number % len(matrix.ZONES)]
        who = people.add(created_at=instant, last_seen_at=instant, timezone=zone)
        for hours in (-1, 0, 24)[: number % 4]:
            people.add_event(who, "cart", instant - hours * matrix.HOUR, {"price": number % 3})
        for url in matrix.URLS[: number % 4]:
            people.add_event(who, "$page_view", instant, {"url": url})
        for campaign in (1, 2, 2)[: number % 4]:
            people.add_event(who, "$push_clicked", instant, {"campaign": campaign})
        people.add_event(who, "purchase", instant, {"price": number})
        if number % 5 == 0:
            people.add_event(who, "purchase", NOW, {"price": number})
        people.add_device(who, created_at=instant, ended_at=instant if number % 3 else None)
        if number % 4 == 0:
            people.add_device(who, created_at=instant, ended_at=NOW)
        for segment in (1, 2)[: number % 3]:
            people.memberships.append(Membership(subscriber=who, segment_id=segment, entered_at=NOW))
    for lat, lon in [(52.52, 13.405), (52.39, 13.06), (90, 0), (-90, 50), (0, 180), (0, -180), (1e-9, 0)]:
        people.add(latitude=lat, longitude=lon)
    people.add(latitude=52.52)
    return people.write()


@pytest.mark.parametrize("family", Family)
def test_operators_agree_on_attributes(values: Population, family: Family) -> None:
    for test in matrix.list_tests(family):
        values.check({"type": "attribute", "key": "value", **test})


@pytest.mark.parametrize("family", Family)
def test_operators_agree_on_properties_of_events(values: Population, family: Family) -> None:
    # Every third operand: what the value is compared with was seen above, what is new is where it comes from.
    for test in matrix.list_tests(family)[::3]:
        values.check({"type": "event", "event": "purchase", "where": [{"property": "value", **test}]})


@pytest.mark.parametrize("kind", ["profile", "device"])
def test_text_operators_agree_on_columns(values: Population, kind: str) -> None:
    field = {"profile": "city", "device": "os"}[kind]
    for test in matrix.list_tests(Family.TEXT):
        values.check({"type": kind, "field": field, **test})


@pytest.mark.parametrize("field", ["created_at", "last_seen_at"])
def test_time_operators_agree_on_columns(values: Population, field: str) -> None:
    for test in matrix.list_tests(Family.TIME):
        values.check({"type": "profile", "field": field, **test})


@pytest.mark.parametrize("as_of", [pytest.param(at, id=name) for name, at in matrix.INSTANTS.items()])
@pytest.mark.parametrize("within", [pytest.param(each, id=name) for name, each in matrix.WINDOWS.items()])
def test_windows_agree_to_the_microsecond(lives: Population, within: JSON | None, as_of: dt.datetime) -> None:
    for count in (None, {"operator": "at_most", "value": 0}, {"operator": "equals", "value": 2}):
        lives.check({"type": "event", "event": "purchase", "within": within, "count": count}, as_of)
    for state in ("subscribed", "unsubscribed"):
        lives.check({"type": "channel", "channel": "web_push", "state": state, "within": within}, as_of)


@pytest.mark.parametrize("event", ["purchase", "$page_view", "never_seen"])
def test_counts_agree(lives: Population, event: str) -> None:
    for count in matrix.COUNTS:
        lives.check({"type": "event", "event": event, "count": count})
        lives.check({"type": "event", "event": event, "count": count, "within": {"last": {"days": 30}}})


@pytest.mark.parametrize("operator", matrix.URL_OPERATORS)
def test_page_addresses_agree(lives: Population, operator: str) -> None:
    for value in matrix.URL_PATTERNS:
        for count in (None, {"operator": "equals", "value": 2}, {"operator": "at_most", "value": 1}):
            url = {"operator": operator, "value": value}
            lives.check({"type": "page_view", "url": url, "count": count})


@pytest.mark.parametrize(
    "radius", [{"miles": 25}, {"km": 20_100}, {"miles": 0.001}, {"km": 28.4}, {"km": 10_007.55}], ids=str
)
def test_distances_agree(lives: Population, radius: JSON) -> None:
    spots = [{"lat": lat, "lon": lon} for lat in (52.52, 0, 90, -90) for lon in (13.405, 180, -180)]
    for spot in spots:
        lives.check({"type": "location", "near": spot, "radius": radius})
    lives.check({"type": "location", "near": spots, "radius": radius})


@pytest.mark.parametrize("outline", matrix.OUTLINES, ids=str)
def test_outlines_agree(lives: Population, outline: list[tuple[float, float]]) -> None:
    lives.check({"type": "location", "polygon": [{"lat": lat, "lon": lon} for lat, lon in outline]})
    lives.check({"type": "location", "polygon": [{"lat": lat, "lon": lon} for lat, lon in reversed(outline)]})


@pytest.mark.parametrize("function", matrix.FUNCTIONS)
def test_totals_agree_for_every_operator(values: Population, function: str) -> None:
    total = {"type": "event_aggregate", "event": "purchase", "function": function}
    for test in matrix.list_tests(Family.NUMBER):
        values.check({**total, "property": "value", **test})
    for name in ("other", "missing"):
        for test in matrix.list_tests(Family.NUMBER)[::9]:
            values.check({**total, "property": name, **test})


@pytest.mark.parametrize("within", [pytest.param(each, id=name) for name, each in matrix.WINDOWS.items()])
@pytest.mark.parametrize("function", matrix.FUNCTIONS)
def test_totals_agree_in_every_window(lives: Population, function: str, within: JSON | None) -> None:
    where = [{"property": "price", "operator": "not_equals", "value": 0}]
    for event, operator in (("purchase", "at_least"), ("cart", "not_equals"), ("never_seen", "not_in")):
        total = {"type": "event_aggregate", "event": event, "function": function, "property": "price"}
        for value in (1, 2, 40):
            operand: JSON = {"values": [value]} if operator == "not_in" else {"value": value}
            lives.check({**total, "within": within, "operator": operator, **operand})
            lives.check({**total, "within": within, "where": where, "operator": operator, **operand})


@pytest.mark.parametrize("event", ["purchase", "cart", "never_seen"])
@pytest.mark.parametrize("occurrence", ["first", "last"])
def test_first_and_last_times_agree_for_every_operator(
    lives: Population, occurrence: str, event: str
) -> None:
    for test in matrix.list_tests(Family.TIME):
        lives.check({"type": "event_recency", "event": event, "occurrence": occurrence, **test})


@pytest.mark.parametrize("gap", matrix.GAPS, ids=str)
@pytest.mark.parametrize("within", [pytest.param(each, id=name) for name, each in matrix.WINDOWS.items()])
def test_sequences_agree(lives: Population, within: JSON | None, gap: JSON | None) -> None:
    for steps in matrix.SEQUENCES:
        lives.check({"type": "event_sequence", "steps": steps, "within": within, "gap": gap})


# By the later instant all has happened, and the summaries answer.
@pytest.mark.parametrize(
    "as_of",
    [NOW - dt.timedelta(minutes=10), NOW, NOW + dt.timedelta(days=3)],
    ids=["just past", "now", "after all events"],
)
def test_some_of_several_events_and_one_without_another_agree(lives: Population, as_of: dt.datetime) -> None:
    for within in (None, {"last": {"days": 5}}, {"last": {"days": 40}}):
        steps = [matrix.CART, matrix.NO_BUY]
        lives.check({"type": "event_sequence", "steps": steps, "within": within}, as_of)
        events = [
            {"type": "event", "event": name, "within": within}
            for name in ("cart", "purchase", "$page_view", "never_seen")
        ]
        often = {**events[0], "within": None, "count": {"operator": "at_least", "value": 2}}
        for n, conditions in itertools.product(range(6), (events, [often, *events[1:]], [*events, often])):
            lives.check({"type": "group", "match": "at_least", "n": n, "conditions": conditions}, as_of)


@pytest.mark.parametrize("within", [pytest.param(each, id=name) for name, each in matrix.WINDOWS.items()])
def test_repeats_agree(lives: Population, within: JSON | None) -> None:
    for event, times in itertools.product(("purchase", "cart", "$page_view", "never_seen"), (1, 2, 3)):
        for name in ("price", "value", "product_id", "url", "missing"):
            count = {"operator": "at_least", "value": times}
            lives.check(
                {"type": "event_repeat", "event": event, "property": name, "count": count, "within": within}
            )


@pytest.mark.parametrize("salt", ["a", "spring", "{v} %s '\"\\", "ı😀"])
def test_shares_agree_and_split_everybody(lives: Population, salt: str) -> None:
    edges = [0, 1, 2_500, 5_000, 9_999, 10_000]
    shares = [{"type": "bucket", "salt": salt, "from": low, "to": high} for low, high in pairwise(edges)]
    for share in shares:
        lives.check(share)
    members = [pk for share in shares for pk in lives.compile({"version": 1, "root": share}, NOW)]
    assert sorted(members) == sorted(lives.facts)


@pytest.mark.parametrize("as_of", [pytest.param(at, id=name) for name, at in matrix.INSTANTS.items()])
@pytest.mark.parametrize("clock", matrix.CLOCKS, ids=str)
def test_clocks_agree(lives: Population, clock: JSON, as_of: dt.datetime) -> None:
    for hours in (0, 11, 13):
        lives.check({"type": "local_time", **clock}, as_of + hours * matrix.HOUR)


LEAVES: list[JSON] = [
    {"type": "attribute", "key": "value", "operator": "not_exists"},
    {"type": "profile", "field": "created_at", "operator": "within_last", "value": {"days": 30}},
    {"type": "device", "field": "kind", "operator": "equals", "value": "desktop"},
    {"type": "channel", "channel": "web_push", "state": "never"},
    {"type": "location", "near": {"lat": 52.5, "lon": 13.4}, "radius": {"km": 30}},
    {"type": "event", "event": "purchase", "count": {"operator": "at_most", "value": 1}},
    {"type": "page_view", "url": {"operator": "not_contains", "value": "cart"}},
    {"type": "message", "activity": "clicked", "campaign": 2, "count": {"operator": "at_least", "value": 2}},
    {"type": "message", "activity": "failed"},
    {"type": "event_aggregate", "event": "purchase", "function": "sum", "property": "price", "operator": "at_least", "value": 9},
    {"type": "event_recency", "event": "purchase", "occurrence": "last", "operator": "within_last", "value": {"days": 7}},
    {"type": "event_sequence", "steps": [{"event": "purchase"}, {"event": "$page_view", "absent": True}], "gap": {"days": 2}},
    {"type": "event_repeat", "event": "$push_clicked", "property": "campaign", "count": {"operator": "at_least", "value": 2}},
    {"type": "bucket", "salt": "leaves", "from": 0, "to": 5000},
    {"type": "local_time", "between": ["12:00", "14:00"]},
    {"type": "segment", "segment": 1, "member": True},
    {"type": "segment", "segment": 2, "member": False},
]  # fmt: skip


@pytest.mark.parametrize(
    ("days", "as_of"),
    [(7, NOW), (45, NOW), (7, NOW + dt.timedelta(days=3))],
    ids=["a short log", "a long log", "after all events"],
)
def test_all_that_is_remembered_or_forgotten_agrees(lives: Population, days: int, as_of: dt.datetime) -> None:
    people = lives.cut(NOW - dt.timedelta(days=days))
    for leaf in LEAVES:
        people.check(leaf, as_of)
    for event, count in itertools.product(("cart", "purchase", "never_seen"), matrix.COUNTS[::3]):
        for within in (None, *list(matrix.WINDOWS.values())[::3]):
            people.check({"type": "event", "event": event, "count": count, "within": within}, as_of)
    ago = [{"operator": "within_last", "value": {"days": number}} for number in (0.98, 7.5, 14.5)]
    for occurrence, test in itertools.product(
        ("first", "last"), [*matrix.list_tests(Family.TIME)[::4], *ago]
    ):
        people.check({"type": "event_recency", "event": "cart", "occurrence": occurrence, **test}, as_of)
    for steps, within in itertools.product(matrix.SEQUENCES[:4], (None, {"last": {"days": 40}})):
        people.check({"type": "event_sequence", "steps": steps, "within": within}, as_of)
    several = [{"type": "event", "event": name} for name in ("cart", "purchase", "$page_view")]
    for n, within in itertools.product((1, 2, 3), (None, {"last": {"days": 40}})):
        conditions = [{**each, "within": within} for each in several]
        people.check({"type": "group", "match": "at_least", "n": n, "conditions": conditions}, as_of)


@pytest.mark.parametrize("match", ["all", "any", "none", "at_least"])
def test_groups_agree_over_every_pair_of_conditions(lives: Population, match: str) -> None:
    for index, leaf in enumerate(LEAVES):
        for other in LEAVES[index:]:
            group: JSON = {"type": "group", "match": match, "conditions": [leaf, other, LEAVES[0]]}
            lives.check({**group, "n": 2} if match == "at_least" else group)


@pytest.mark.parametrize("n", range(5))
def test_at_least_n_agrees_from_none_to_more_than_there_are(lives: Population, n: int) -> None:
    lives.check({"type": "group", "match": "at_least", "n": n, "conditions": LEAVES[:3]})


@pytest.mark.parametrize("match", ["all", "any", "none"])
def test_empty_groups_agree(lives: Population, match: str) -> None:
    lives.check({"type": "group", "match": match, "conditions": []})


def test_the_matrix_and_the_random_rules_have_every_kind_of_condition() -> None:
    kinds = {
        get_args(node.model_fields["type"].annotation)[0] for node in get_args(get_args(ast.Condition)[0])
    }

    assert {leaf["type"] for leaf in LEAVES} | {"group"} == kinds
    assert {kind for kind in kinds if f'"{kind}"' in inspect.getsource(strategies)} == kinds
