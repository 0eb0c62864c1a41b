"""What an entry says besides who, what and to what, as people read it: the filter and the count of a list or preview."""

from __future__ import annotations

from typing import Any

from access.models import AuditEntry
from config.auditing.readings import GIVEN

# How parameters are called where their own name says little.
LABELS = {"q": "search", "o": "order", "p": "page", "s": "search"}


def say_shown(entry: AuditEntry) -> str:
    """Like “3 people; rule: Subscribers whose e-mail address equals …; site: 1”; empty where nobody was shown."""
    return "; ".join(part for part in (say_count(entry), say_filter(entry)) if part)


def say_count(entry: AuditEntry) -> str:
    """Of deletions from a list, too, which count rows."""
    count: Any = entry.details.get("count")
    if not isinstance(count, int):
        return ""
    if "selected" in entry.details:
        return f"{count:,} selected"
    return "1 person" if count == 1 else f"{count:,} people"


def say_filter(entry: AuditEntry) -> str:
    """The rule first: it says the most. Of what could name somebody, that it was given."""
    asked: Any = entry.details.get("filter")
    if not isinstance(asked, dict):
        return ""
    names = sorted(asked, key=lambda name: (name != "rule", name))
    return "; ".join(f"{_name(name)}: {_say_value(asked[name])}" for name in names)


def _name(name: str) -> str:
    word = name.split("__", maxsplit=1)[0]
    return LABELS.get(word, word.replace("_", " "))


def _say_value(value: Any) -> str:
    return "(given, not kept)" if value == GIVEN else str(value).removesuffix(".")
