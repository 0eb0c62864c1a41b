"""Names of properties and attributes that lead into objects and lists: `cart.total`, `items[].sku`.

A key that is written just so is meant first, dots and all. Only then each step leads one object further in, and `[]`
after a step to any element of the list there.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from segments.rules.sql import Fragment

EACH = "[]"
_ODD_BRACKETS = re.compile(r"\[(?!\])|(?<!\[)\]|\[\](?!\.|$|\[)")


@dataclass(frozen=True)
class Path:
    """`written` as in the rule; `steps`, one for each object to look into, each with whether any element is meant."""

    written: str

    @cached_property
    def steps(self) -> tuple[tuple[str, int], ...]:
        """Keys, and how many lists are gone through after each; none where the name leads nowhere."""
        steps = []
        for part in self.written.split("."):
            key = part
            while key.endswith(EACH):
                key = key.removesuffix(EACH)
            steps.append((key, (len(part) - len(key)) // len(EACH)))
        leads = len(steps) > 1 or steps[0][1]
        return tuple(steps) if leads and all(key for key, _ in steps) else ()

    @property
    def is_many(self) -> bool:
        """Whether it may lead to several values."""
        return any(lists for _, lists in self.steps)

    @property
    def last(self) -> str:
        return self.steps[-1][0] if self.steps else self.written

    @property
    def root(self) -> str:
        """The key of the whole object that it leads into."""
        return self.steps[0][0] if self.steps else self.written


@lru_cache(maxsize=4096)
def read_path(written: str) -> Path:
    return Path(written)


def check_path(written: str) -> str:
    """Raise ValueError for what looks like a path and can be none. Names without a dot may be anything."""
    if "." in written.strip("."):
        if any(not part.removesuffix(EACH) for part in written.split(".")):
            raise ValueError("A path has a name between its dots, like cart.total.")
        if _ODD_BRACKETS.search(written):
            raise ValueError(
                "Any element of a list is written with [], like items[].sku; no other brackets are read."
            )
    return written


def find_values(whole: Mapping[str, Any], written: str) -> list[Any]:
    """What the name leads to: one value, for each element of a list one, or none at all."""
    if written in whole:
        return [whole[written]]
    found: list[Any] = [whole]
    steps = read_path(written).steps
    for key, lists in steps:
        found = [each[key] for each in found if isinstance(each, Mapping) and key in each]
        for _ in range(lists):
            found = [element for each in found if isinstance(each, list) for element in each]
    return found if steps else []


def value_sql(whole: str, written: str) -> Fragment:
    """The value that a name leads to which leads to one at most, as jsonb or NULL; `whole` is the object, as SQL."""
    literal = Fragment(f"{whole} -> %s", (written,))
    steps = read_path(written).steps
    if not steps:
        return literal
    keys = tuple(key for key, _ in steps)
    return Fragment(f"COALESCE({whole} -> %s, {whole}{' -> %s' * len(keys)})", (written, *keys))


def values_sql(whole: str, written: str) -> Fragment:
    """All values that a name leads to, as a jsonb array or NULL."""
    sources: list[str] = []
    params: list[str] = []
    value, asked = whole, []  # type: ignore[var-annotated]
    for key, lists in read_path(written).steps:
        value, asked = f"{value} -> %s", [*asked, key]
        for _ in range(lists):
            alias = f"element_{len(sources)}"
            held = f"CASE WHEN jsonb_typeof({value}) = 'array' THEN {value} END"
            sources.append(f"jsonb_array_elements({held}) AS {alias}")
            params += [*asked, *asked]
            value, asked = alias, []
    return Fragment(
        f"CASE WHEN {whole} -> %s IS NOT NULL THEN jsonb_build_array({whole} -> %s)"
        f" ELSE (SELECT jsonb_agg({value}) FROM {', '.join(sources)}) END",
        (written, written, *asked, *params),
    )
