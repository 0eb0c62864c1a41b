"""Filters of our own, where Liquid's know no bounds, or somebody else's clock."""

import datetime as dt
import re
from typing import Any

from dateutil import parser  # type: ignore[import-untyped]
from liquid import soft_str
from liquid.builtin.filters import math
from liquid.exceptions import FilterArgumentError, ResourceLimitError
from liquid.filter import liquid_filter, sequence_filter, string_filter, with_context
from liquid.undefined import is_undefined

from campaigns.rendering.bounds import LARGEST, Unknowable

_LONGEST_DATE = 100  # characters, of a date and of a format
_SECONDS = re.compile(r"%([%s])")
_WIDTH = re.compile(r"%[-_0^#:]*\d{3,}")


@with_context
@liquid_filter
def date(moment: Any, form: Any = None, *, context: Any) -> str:
    """A moment as the format (strftime) has it, on the person's own clock; what is none stays as it is."""
    if is_undefined(moment) or moment is None:
        return ""
    found = _find_moment(moment, context.clock)
    if found is None or is_undefined(form) or form is None:
        return str(moment)
    form = str(form)
    if len(form) > _LONGEST_DATE or _WIDTH.search(form):
        raise FilterArgumentError("the format of the date is too long", token=None)
    return found.strftime(_SECONDS.sub(lambda match: _write_seconds(match[1], found), form))


def _write_seconds(letter: str, moment: dt.datetime) -> str:
    """The system's %s takes every clock for its own."""
    return str(int(moment.timestamp())) if letter == "s" else "%%"


def _find_moment(value: Any, clock: dt.datetime) -> dt.datetime | None:
    if isinstance(value, dt.datetime):
        return value
    if value in ("now", "today"):
        return clock
    try:
        if isinstance(value, int | float) or (isinstance(value, str) and value.isdecimal()):
            return None if isinstance(value, bool) else dt.datetime.fromtimestamp(float(value), clock.tzinfo)
        if not isinstance(value, str) or len(value) > _LONGEST_DATE:
            return None
        midnight = clock.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        found: dt.datetime = parser.parse(value, default=midnight)
        return found.astimezone(clock.tzinfo) if found.tzinfo else found.replace(tzinfo=clock.tzinfo)
    except (ValueError, OverflowError, OSError):
        return None


@liquid_filter
def divided_by(number: Any, other: Any) -> Any:
    """Division by nought leaves nothing that could be said: a default may."""
    return _work_out(math.divided_by, number, other)


@liquid_filter
def modulo(number: Any, other: Any) -> Any:
    return _work_out(math.modulo, number, other)


def _work_out(function: Any, number: Any, other: Any) -> Any:
    try:
        return function(number, other)
    except (FilterArgumentError, ArithmeticError) as error:
        return Unknowable(error if isinstance(error, FilterArgumentError) else _name_fault(error))


def _name_fault(error: ArithmeticError) -> FilterArgumentError:
    return FilterArgumentError(f"no number comes of it ({type(error).__name__})", token=None)


@string_filter
def replace(text: str, old: Any, new: Any = "") -> str:
    old, new = soft_str(old), soft_str(new)
    _keep_small(len(text) + text.count(old) * (len(new) - len(old)))
    return text.replace(old, new)


@sequence_filter
def join(items: Any, separator: Any = " ") -> str:
    texts, separator = [soft_str(item) for item in items], soft_str(separator)
    _keep_small(sum(map(len, texts)) + len(separator) * len(texts))
    return str(separator.join(texts))


@sequence_filter
def uniq(items: Any, key: Any = None) -> list[Any]:
    """In the time that it takes to go through them once."""
    kept: dict[Any, Any] = {}
    for item in items:
        value = (
            item
            if key is None or is_undefined(key)
            else item.get(key)
            if isinstance(item, dict)
            else item[key]
        )
        kept.setdefault(value if isinstance(value, str | int | float) else repr(value), item)
    return list(kept.values())


def _keep_small(size: int) -> None:
    if size > LARGEST:
        raise ResourceLimitError(f"it makes something larger than {LARGEST:,} characters", token=None)


OWN_FILTERS = {
    "date": date,
    "divided_by": divided_by,
    "join": join,
    "modulo": modulo,
    "replace": replace,
    "uniq": uniq,
}
