"""The segments of a simulation: rules that cover every kind of condition, random ones, a list, and some built on others."""

from random import Random
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, seed, settings

from segments.definitions import read_knowledge
from segments.lists import add_members, remove_members
from segments.models import Segment
from segments.rules import RuleError, check_rule, parse_rule
from segments.rules.validation import list_used_segments
from segments.versions import keep_definition
from tests.parity import busy, strategies
from tests.parity.world import World

JSON = dict[str, Any]

LIST, BASE = 1, 2  # random rules name these two
MINUTES, HOURS, DAYS = {"last": {"minutes": 30}}, {"last": {"hours": 5}}, {"last": {"days": 2}}


def _all(*conditions: JSON) -> JSON:
    return {"type": "group", "match": "all", "conditions": list(conditions)}


def _none(*conditions: JSON) -> JSON:
    return {"type": "group", "match": "none", "conditions": list(conditions)}


def _is_in(segment: int, *, member: bool = True) -> JSON:
    return {"type": "segment", "segment": segment, "member": member}


def _bought(**more: Any) -> JSON:
    return {"type": "event", "event": "purchase", **more}


def _carted(**more: Any) -> JSON:
    return {"type": "event", "event": "add_to_cart", **more}


DEAR = [{"property": "price", "operator": "at_least", "value": 2}]
STEPS = [{"event": "add_to_cart", "where": []}, {"event": "purchase", "absent": True}]
# The first of them has the id BASE.
FIXED: tuple[JSON, ...] = (
    _carted(within=MINUTES),
    _all(_is_in(BASE), _none(_bought(within=HOURS))),
    _all(_is_in(3, member=False), {"type": "profile", "field": "last_seen_at", "operator": "within_last", "value": {"hours": 8}}),
    _none(_is_in(LIST), _is_in(4)),
    _all(_is_in(LIST), _bought(within={"calendar": "today"})),
    _bought(within=HOURS, where=DEAR, count={"operator": "between", "values": [1, 2]}),
    {"type": "event_aggregate", "event": "purchase", "function": "sum", "property": "price", "operator": "greater_than", "value": 4, "within": DAYS},
    {"type": "event_aggregate", "event": "add_to_cart", "function": "average", "property": "price", "operator": "less_than", "value": 2, "within": {"calendar": "yesterday"}, "where": DEAR},
    {"type": "event_sequence", "steps": STEPS, "within": HOURS, "gap": {"hours": 2}},
    {"type": "event_sequence", "steps": [*STEPS[:1], {"event": "purchase"}], "within": DAYS},
    {"type": "event_repeat", "event": "add_to_cart", "property": "item", "count": {"operator": "at_least", "value": 2}, "within": HOURS},
    {"type": "event_recency", "event": "purchase", "occurrence": "last", "operator": "more_than_ago", "value": {"hours": 3}},
    {"type": "event_recency", "event": "add_to_cart", "occurrence": "first", "operator": "within_last", "value": {"days": 8}},
    {"type": "page_view", "url": {"operator": "contains", "value": "/sale/*"}, "within": {"between_ago": [{"hours": 12}, {"minutes": 90}]}},
    {"type": "message", "activity": "clicked", "campaign": 1, "within": {"calendar": "this_week"}},
    {"type": "channel", "channel": "web_push", "state": "subscribed", "within": HOURS},
    {"type": "channel", "channel": "web_push", "state": "unsubscribed", "within": {"calendar": "today"}},
    {"type": "attribute", "key": "since", "operator": "within_next", "value": {"hours": 3}},
    {"type": "attribute", "key": "since", "operator": "anniversary_within", "value": {"days": 1}},
    _all({"type": "local_time", "between": ["22:00", "06:00"]}, {"type": "attribute", "key": "tier", "operator": "exists"}),
    _all({"type": "local_time", "weekdays": ["saturday", "sunday"]}, {"type": "bucket", "salt": "s", "from": 0, "to": 5000}),
    {"type": "location", "near": {"lat": 52.52, "lon": 13.405}, "radius": {"km": 100}},
    {"type": "device", "field": "kind", "operator": "equals", "value": "mobile"},
    _bought(count={"operator": "at_most", "value": 0}, within=DAYS),
    _carted(where=[{"property": "at", "operator": "within_last", "value": {"hours": 2}}]),
    _bought(count={"operator": "at_least", "value": 3}),
    _none(_carted(where=DEAR)),
    {"type": "event_aggregate", "event": "purchase", "function": "distinct", "property": "item", "operator": "at_least", "value": 2},
)  # fmt: skip


def draw_documents(number: int, how_many: int) -> list[JSON]:
    """Random rules, for one number always the same."""
    found: list[JSON] = []

    @seed(number)
    @settings(
        max_examples=how_many,
        database=None,
        phases=[Phase.generate],
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(busy.documents | strategies.documents)
    def collect(document: JSON) -> None:
        found.append(document)

    collect()
    return found


class Segments:
    """The live ones and the list, as people keep them."""

    def __init__(self, world: World, number: int, *, how_many: int) -> None:
        self.world, self.random = world, Random(number)
        self.documents = draw_documents(number, 60)
        Segment.objects.create(pk=LIST, site=world.site, name="List", kind=Segment.Kind.STATIC, status=Segment.Status.READY, refreshed_at=world.now)  # fmt: skip
        for position, root in enumerate(FIXED):
            self._create(BASE + position, {"version": 1, "root": root})
        self.changing = range(BASE + len(FIXED), BASE + len(FIXED) + how_many)
        for pk in self.changing:
            self._create(pk, self._pick_rule())

    def _create(self, pk: int, rule: JSON) -> None:
        segment = Segment.objects.create(pk=pk, site=self.world.site, name=f"Segment {pk}", rule=rule)
        keep_definition(segment, by=AnonymousUser(), now=self.world.now)

    def _pick_rule(self) -> JSON:
        """One that makes sense at this site now."""
        while True:
            document = self.random.choice(self.documents)
            try:
                check_rule(parse_rule(document), read_knowledge(self.world.site))
            except RuleError:
                continue
            return document

    @transaction.atomic
    def edit(self) -> None:
        """A random one gets another rule; the base of others, too, but none that names a live segment."""
        pk = self.random.choice([BASE, *self.changing])
        rule = self._pick_rule()
        if pk == BASE and BASE in list_used_segments(parse_rule(rule)):
            return
        segment = Segment.objects.select_for_update(no_key=True).get(pk=pk)
        segment.rule = rule
        segment.save()
        keep_definition(segment, by=AnonymousUser(), now=self.world.now)
        self.world.note(f"segment {pk} gets the rule {rule}")

    @transaction.atomic
    def change_list(self) -> None:
        """Some go on it or off it."""
        people = [person.pk for person in self.world.list_people()]
        chosen = self.random.sample(people, k=min(len(people), self.random.randint(1, 4)))
        segment = Segment.objects.select_for_update(no_key=True).get(pk=LIST)
        change = self.random.choice([add_members, add_members, remove_members])
        self.world.note(f"{change.__name__} {chosen}: {change(segment, chosen, now=self.world.now)}")
