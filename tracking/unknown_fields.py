"""What clients send and nobody here knows: left out with a warning, since an SDK may be newer than its server."""

import difflib
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from tracking.operations import Operation

# What only the door itself says, of what it stores.
OWN = frozenset({"proven"})
SENDER = frozenset({"subscriber", "external_id"})
# PushSubscription.toJSON() has it; browsers fill it with null.
STANDARD = frozenset({"expirationTime"})
BROWSER_REQUEST = frozenset({"site_key", "subscriber", "context", "operations", "sent_at"})
BACKEND_REQUEST = frozenset({"site", "operations", "lane", "sent_at"})
CONTEXT = frozenset({"timezone", "language", "url"})
MOST_TOLD = 5


def list_unknown_of_operation(
    operation: Operation, document: Mapping[str, Any], *, trusted: bool
) -> list[str]:
    """A sentence for each field of the document that means nothing here, at most `MOST_TOLD`."""
    own = frozenset(type(operation).model_fields) - OWN | (SENDER if trusted else frozenset())
    unknown = [(name, own) for name in document if name not in own]
    for field in type(operation).model_fields:
        unknown += _list_nested(getattr(operation, field), document.get(field), f"{field}.")
    return [_say(name, known) for name, known in unknown[:MOST_TOLD]]


def list_unknown(document: Mapping[str, Any], known: Collection[str], prefix: str = "") -> list[str]:
    """The same for a request, or a part of it."""
    return [_say(f"{prefix}{name}", known) for name in list(document) if name not in known][:MOST_TOLD]


def _list_nested(value: Any, document: Any, prefix: str) -> Iterator[tuple[str, frozenset[str]]]:
    if not isinstance(value, BaseModel) or not isinstance(document, Mapping):
        return
    known = frozenset(type(value).model_fields) | STANDARD
    for name in document:
        if name not in known:
            yield f"{prefix}{name}", known
    for field in type(value).model_fields:
        yield from _list_nested(getattr(value, field), document.get(field), f"{prefix}{field}.")


def _say(name: str, known: Collection[str]) -> str:
    # Halves of surrogate pairs are in no UTF-8, so in no answer.
    written = name.encode(errors="replace").decode()
    shown = f"{written[:50]}…" if len(written) > 50 else written
    near = difflib.get_close_matches(name[:100].rsplit(".", 1)[-1], known, n=1, cutoff=0.6)
    hint = f" Did you mean {near[0]}?" if near else ""
    return f"{shown}: is not known and was left out.{hint}"
