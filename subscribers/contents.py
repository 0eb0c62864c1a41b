"""What people decided about a row, as one content (seen.py), and what is another in it now, in plain words."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Field, ManyToManyField, Model

from subscribers.seen import Content, list_differences, make_content
from subscribers.spans import describe_span

_LONGEST = 200  # characters of a value that are shown
_BEFORE = 40  # of them before the first that differs


@dataclass(frozen=True, slots=True)
class Change:
    """Something that was changed meanwhile. `is_kept`: a form still has what its own editor typed there."""

    name: str
    label: str
    before: str
    after: str
    is_kept: bool = False


def read_row(row: Model, names: Iterable[str]) -> Content:
    """The row as it was loaded; of related rows, their ids."""
    return make_content({name: _read(row, name) for name in names})


def describe_changes(
    seen: Content | None, now: Content, *, label: Callable[[str], str], say: Callable[[str, Any], str]
) -> list[Change]:
    """What is another now than it was seen, line by line."""
    changes = []
    for each in list_differences(seen, now):
        before, after = _shorten(say(each.name, each.before), say(each.name, each.after))
        changes.append(Change(each.name, label(each.name), before, after))
    return changes


def say_value(field: Any, value: Any) -> str:
    """What a content says of a model's field, as the form says it."""
    if is_nothing(value):
        return "nothing"
    if field.is_relation:
        return _say_related(field, value if isinstance(value, list) else [value])
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    value = field.to_python(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _say_time(value) or str(dict(field.flatchoices).get(value, value))


def is_nothing(value: Any) -> bool:
    """Empty, however it was written."""
    return value in (None, "", [])


def _read(row: Model, name: str) -> Any:
    field = row._meta.get_field(name)
    if isinstance(field, ManyToManyField):
        return sorted(getattr(row, name).values_list("pk", flat=True))
    return getattr(row, field.attname) if isinstance(field, Field) else None


def _say_related(field: Any, keys: list[Any]) -> str:
    found = field.related_model._default_manager.in_bulk(keys)
    return ", ".join(str(found.get(key, "one that was deleted")) for key in keys)


def _say_time(value: Any) -> str:
    if isinstance(value, dt.timedelta):
        return describe_span(value)
    if isinstance(value, dt.datetime):
        return f"{value:%-d %b %Y, %H:%M} UTC"
    if isinstance(value, dt.date):
        return f"{value:%-d %b %Y}"
    return f"{value:%H:%M}" if isinstance(value, dt.time) else ""


def _shorten(before: str, after: str) -> tuple[str, str]:
    """Of long texts, the part in which they differ."""
    if max(len(before), len(after)) <= _LONGEST:
        return before, after
    pairs = enumerate(zip(before, after, strict=False))
    shared = next((at for at, (one, other) in pairs if one != other), min(len(before), len(after)))
    start = max(0, shared - _BEFORE)
    return _cut(before, start), _cut(after, start)


def _cut(text: str, start: int) -> str:
    piece = text[start : start + _LONGEST]
    return f"{'…' if start else ''}{piece}{'…' if start + _LONGEST < len(text) else ''}"
