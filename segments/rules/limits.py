"""How large a rule may be."""

from collections.abc import Sized
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationInfo


@dataclass(frozen=True)
class Limits:
    """`depth`: groups inside each other; `conditions`: in a rule; `values`: in one list of one condition."""

    depth: int = 12
    conditions: int = 300
    values: int = 1_000


# What the interpreters, which call themselves for each group, and PostgreSQL's stack can bear; `validate_count` and
# `parse_rule` go by it where nobody says less. The settings may not say more.
LARGEST = Limits(depth=30, conditions=2_000, values=10_000)
MOST_PARTS = 20_000  # of one document, counting everything
# Of the signs *, | and + in one document: each is a comparison of its own, written out in SQL and run for every event.
MOST_PATTERN_SIGNS = 5_000


def count_pattern_signs(node: Any) -> int:
    """Those in the value of a condition. A plus sign in a telephone number is one too many, and does no harm."""
    text = node.get("value") if isinstance(node, dict) else None
    return sum(map(text.count, "*|+")) if isinstance(text, str) else 0


def validate_count(values: Any, info: ValidationInfo) -> Any:
    """Refuse a list that is longer than the limits of this reading (pydantic's context) allow."""
    limits = info.context if isinstance(info.context, Limits) else LARGEST
    if isinstance(values, Sized) and len(values) > limits.values:
        raise ValueError(f"There must be at most {limits.values:,} of these.")
    return values
