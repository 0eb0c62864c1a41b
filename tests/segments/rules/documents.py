"""Rule documents, written short."""

from typing import Any

from segments.rules import Rule, parse_rule

JSON = dict[str, Any]


def rule(root: Any) -> JSON:
    return {"version": 1, "root": root}


def read(root: Any) -> Rule:
    return parse_rule(rule(root))


def group(match: str, *conditions: Any, **fields: Any) -> JSON:
    return {"type": "group", "match": match, "conditions": list(conditions), **fields}


def attribute(key: str, operator: str, value: Any = None, **fields: Any) -> JSON:
    operand = {} if value is None else {"value": value}
    return {"type": "attribute", "key": key, "operator": operator, **operand, **fields}


def event(name: str = "purchase", **fields: Any) -> JSON:
    return {"type": "event", "event": name, **fields}
