"""What a rule asks of a subscriber's own values: the conditions that an index can be made for.

Events have columns that everybody knows; attributes are a site's own. So an index for them follows from the rules.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from segments.rules.ast import (
    AttributeCondition,
    Condition,
    Group,
    LocationCondition,
    ProfileCondition,
    Rule,
)
from segments.rules.columns import ATTRIBUTES, attribute_value_sql, is_moment, profile_sql
from segments.rules.comparing import compare_sql, json_sql
from segments.rules.operators import Arity, Family
from segments.rules.places import location_sql
from segments.rules.sql import Fragment, join_all

Own = AttributeCondition | LocationCondition | ProfileCondition
OWN = (AttributeCondition, LocationCondition, ProfileCondition)
# The SQL of what is left does not depend on an instant.
SOME_INSTANT = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class OwnConditions:
    """Conditions that must all hold, as SQL just as the compiler writes it, and the values that they compare.

    Of values that are columns themselves the database knows what there is; they are left out.
    """

    predicate: Fragment
    values: tuple[Fragment, ...]


def list_own_conditions(rule: Rule) -> frozenset[OwnConditions]:
    """For each place of the rule where a search might begin: what must hold together of a subscriber's own values."""
    return frozenset(_write(found) for found in _list_together(rule.root) if found)


def _list_together(node: Condition) -> Iterator[list[Own]]:
    match node:
        case Group(match="all"):
            mine, others = _flatten(node)
            yield mine
            for other in others:
                yield from _list_together(other)
        case Group(match="any"):
            for child in node.conditions:
                yield from _list_together(child)
        case AttributeCondition() | LocationCondition() | ProfileCondition():
            yield [node] if _suits_index(node) else []
        case _:
            return


def _flatten(group: Group) -> tuple[list[Own], list[Group]]:
    """All within all is all; whatever else is nested is looked at by itself."""
    mine: list[Own] = []
    others: list[Group] = []
    for child in group.conditions:
        match child:
            case Group(match="all"):
                inner, below = _flatten(child)
                mine += inner
                others += below
            case Group():
                others.append(child)
            case AttributeCondition() | LocationCondition() | ProfileCondition() if _suits_index(child):
                mine.append(child)
            case _:
                pass
    return mine, others


def _suits_index(node: Own) -> bool:
    """Whether an index can be made for the condition: PostgreSQL looks through no list for one, and a span that moves with
    the clock would need a new one each time."""
    if isinstance(node, LocationCondition):
        return True
    looks_through = node.of_many or (node.families == (Family.LIST,) and node.row.arity is not Arity.NONE)
    return not looks_through and node.row.arity is not Arity.DURATION


def _write(conditions: list[Own]) -> OwnConditions:
    values = {value: None for each in conditions if (value := _value_sql(each))}
    return OwnConditions(join_all(own_sql(each, SOME_INSTANT) for each in conditions), tuple(values))


def own_sql(node: Own, as_of: dt.datetime) -> Fragment:
    """The condition as SQL about the row of the subscriber."""
    match node:
        case AttributeCondition():
            return json_sql(node, ATTRIBUTES, node.key, as_of)
        case LocationCondition():
            return location_sql(node)
        case ProfileCondition():
            family = Family.TIME if is_moment(node.field) else Family.TEXT
            return compare_sql(node, family, profile_sql(node.field), as_of)


def _value_sql(node: Own) -> Fragment | None:
    match node:
        case AttributeCondition() if not node.of_many:
            return attribute_value_sql(node.key, node.families[0])
        case ProfileCondition() if not is_moment(node.field):
            return profile_sql(node.field)
        case _:
            return None
