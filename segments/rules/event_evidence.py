"""The facts behind conditions on what somebody did: how often, when last, and with which details."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any

from segments.rules.comparisons import EventTests
from segments.rules.describe_events import TIMES_OF
from segments.rules.event_evaluation import aggregate, find_form
from segments.rules.event_nodes import (
    EventAggregateCondition,
    EventCondition,
    EventRecencyCondition,
    EventRepeatCondition,
    EventSequenceCondition,
    MessageCondition,
    PageViewCondition,
)
from segments.rules.facts import EventFacts
from segments.rules.messages import find_message_tests, find_page_tests, name_message_event
from segments.rules.paths import find_values
from segments.rules.windows import Window
from segments.rules.witness import MASKED, NEWEST, Evidence, Witness

FUNCTIONS = {
    "sum": "Total of", "average": "Average of", "minimum": "Smallest", "maximum": "Largest",
    "distinct": "Different values of",
}  # fmt: skip

Details = Mapping[str, str]  # the properties that are shown beside an event's time, and what they are called


def list_event_evidence(
    node: EventCondition
    | PageViewCondition
    | MessageCondition
    | EventAggregateCondition
    | EventRecencyCondition
    | EventSequenceCondition
    | EventRepeatCondition,
    witness: Witness,
) -> list[Evidence]:
    match node:
        case EventCondition():
            return _list_number(witness, node.event, node.within, node.where, _name_tested(node.where))
        case PageViewCondition():
            return _list_number(witness, "$page_view", node.within, find_page_tests(node), {"url": "address"})
        case MessageCondition():
            name, tests = name_message_event(node), find_message_tests(node)
            return _list_number(witness, name, node.within, tests, {"campaign_name": "campaign"})
        case EventAggregateCondition():
            events = witness.log.select(node.event, witness.bounds(node.within), node.where)
            details = {node.property: node.property, **_name_tested(node.where)}
            raws = [raw for event in events for raw in find_values(event.properties, node.property)]
            found = aggregate(node.function, node.property, raws)
            return [
                Evidence(f"{FUNCTIONS[node.function]} {node.property}", _show_found(node, found, witness)),
                *_list_counted(witness, node.event, events, details),
            ]
        case EventRecencyCondition():
            found_at = witness.log.find_time(node)
            label = f"{node.occurrence.capitalize()} {_name_event(node.event)}"
            known = Evidence(label, witness.show(found_at) if found_at else "never")
            return [known, *_list_forgotten(witness, node.event, label="No longer kept")]
        case EventSequenceCondition():
            return _list_steps(node, witness)
        case EventRepeatCondition():
            return _list_repeated(node, witness)


def _show_found(node: EventAggregateCondition, found: Any, witness: Witness) -> str:
    """How many different values there are tells none of them."""
    is_hidden = node.function != "distinct" and witness.hides(node.event, node.property)
    return MASKED if is_hidden else witness.show(found)


def _list_number(
    witness: Witness, name: str, within: Window | None, where: EventTests, details: Details
) -> list[Evidence]:
    bounds = witness.bounds(within)
    events = witness.log.select(name, bounds, where)
    return _list_counted(witness, name, events, details, witness.log.count_forgotten(name, bounds, where))


def _list_counted(
    witness: Witness, name: str, counted: Sequence[EventFacts], details: Details, forgotten: int = 0
) -> list[Evidence]:
    """How many count and the newest of them; where others do not, how many there are, so that one sees why."""
    others = sum(event.name == name for event in witness.log.events) - len(counted)
    evidence = [Evidence("Counted", f"{_name_event(name)}: {_say_number(len(counted) + forgotten)}")]
    evidence += _list_forgotten(witness, name, label=f"{'C' if forgotten else 'Not c'}ounted, no longer kept")
    if others:
        why = f"{_name_event(name)}: {_say_number(others)}, at another time or with other details"
        evidence.append(Evidence("Not counted", why))
    return evidence + [
        Evidence(witness.show(event.occurred_at), _say_details(event, details, witness))
        for event in _find_newest(counted)
    ]


def _list_forgotten(
    witness: Witness, *names: str, label: str = "Not counted, no longer kept"
) -> list[Evidence]:
    """What the log holds no longer: too old for all that asks for times or details, but not for ever and never."""
    return [
        Evidence(
            label,
            f"{_name_event(name)}: {_say_number(found.count)}, the first on {witness.show(found.first_at)}",
        )
        for name in dict.fromkeys(names)
        if (found := witness.log.forgotten.get(name))
    ]


def _find_newest(events: Iterable[EventFacts]) -> list[EventFacts]:
    return sorted(events, key=attrgetter("occurred_at"), reverse=True)[:NEWEST]


def _name_tested(where: EventTests) -> Details:
    return {test.property: test.property for test in where}


def _say_details(event: EventFacts, details: Details, witness: Witness) -> str:
    said = []
    for key, word in details.items():
        if values := find_values(event.properties, key):
            shown = [witness.show_property(event.name, key, value) for value in values]
            said.append(f"{word} {', '.join(shown)}")
    return ", ".join(said) or _name_event(event.name)


def _list_steps(node: EventSequenceCondition, witness: Witness) -> list[Evidence]:
    """For each step, when it happened by itself: an absent one is looked for whatever the window."""
    evidence = []
    for number, step in enumerate(node.steps, start=1):
        bounds = witness.bounds(None if step.absent else node.within)
        events = witness.log.select(step.event, bounds, step.where)
        label = f"{number}. {'not ' if step.absent else ''}{_name_event(step.event)}"
        evidence.append(Evidence(label, _say_times(events, witness)))
    return evidence + _list_forgotten(witness, *(step.event for step in node.steps))


def _say_times(events: Sequence[EventFacts], witness: Witness) -> str:
    if not events:
        return "never"
    times = "; ".join(witness.show(event.occurred_at) for event in _find_newest(events))
    number = _say_number(len(events))
    return f"{number}, the newest: {times}" if len(events) > NEWEST else f"{number}: {times}"


def _list_repeated(node: EventRepeatCondition, witness: Witness) -> list[Evidence]:
    groups: Counter[Hashable] = Counter()
    values: dict[Hashable, Any] = {}
    for event in witness.log.select(node.event, witness.bounds(node.within), node.where):
        known = [raw for raw in find_values(event.properties, node.property) if raw is not None]
        for raw in known:
            form = find_form(raw, node.property)
            values[form] = min(values.get(form, raw), raw, key=str)  # of several spellings always the same
        groups.update({find_form(raw, node.property) for raw in known})
    often = sorted(groups, key=lambda form: (-groups[form], str(values[form])))
    repeated = [
        Evidence(
            f"{node.property} {witness.show_property(node.event, node.property, values[form])}",
            _say_number(groups[form]),
        )
        for form in often[:NEWEST]
    ]
    return [*(repeated or [Evidence(node.property, "none")]), *_list_forgotten(witness, node.event)]


def _name_event(name: str) -> str:
    """“page view” for `$page_view`; a site's own names stay as they are."""
    if name.startswith("$"):
        return TIMES_OF.get(name, name[1:].replace("_", " "))
    return f"“{name}”"


def _say_number(number: int) -> str:
    if number == 0:
        return "never"
    return "once" if number == 1 else f"{number:,} times"
