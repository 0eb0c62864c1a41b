"""Requests one after the other on the same rows: what each wrote is told, and taken back."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

from django.db import connection, transaction
from django.test import Client

from access.models import AuditEntry

WRITES = re.compile(
    r'\b(?:INSERT INTO|DELETE FROM|MERGE INTO|COPY)\s+"?(\w+)"?|\bUPDATE\s+"?(\w+)"?(?:\s+(?:AS\s+)?"?\w+"?)?\s+SET\b',
    re.IGNORECASE,
)
# What requests write beside what they are about: sessions, and the log itself.
BESIDE = {
    "django_session",
    "signin_staffsession", "usersessions_usersession", "access_auditentry", "django_admin_log", "django_content_type",
}  # fmt: skip


class Json(dict[str, Any]):
    """A body that goes to the admin as JSON: its scripts send some as such."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: str
    location: str
    written: frozenset[str]  # tables
    actions: tuple[str, ...]  # by the entries in the audit log

    @property
    def is_refused(self) -> bool:
        return self.status in (401, 403, 404, 405) or "/login/" in self.location


class _UndoneError(Exception):
    pass


def ask(client: Client, method: str, path: str, body: Any = None) -> Answer:
    """`body`: for the API it goes as JSON, for the admin as a form unless it is `Json`."""
    kept = SimpleCookie({name: morsel.value for name, morsel in client.cookies.items()})
    try:
        with transaction.atomic(), _watch() as written:
            answer = _send(client, method, path, {} if body is None else body)
            content = b"".join(answer) if answer.streaming else answer.content
            actions = _read_actions(written.get("access_auditentry", 0))
            raise _UndoneError
    except _UndoneError:
        client.cookies = kept  # it may have ended the session, which is there again
        return Answer(
            answer.status_code,
            content.decode(errors="replace"),
            answer.get("Location", ""),
            frozenset(written) - BESIDE,
            actions,
        )


def _read_actions(entries: int) -> tuple[str, ...]:
    latest = AuditEntry.objects.order_by("-pk").values_list("action", flat=True)
    return tuple(latest[:entries]) if entries else ()


def _send(client: Client, method: str, path: str, body: Any) -> Any:
    if method in ("GET", "HEAD", "OPTIONS"):
        return client.generic(method, path)
    if path.startswith("/api/") or isinstance(body, Json):
        return getattr(client, method.lower())(path, body, content_type="application/json")
    return client.post(path, body)


@contextmanager
def _watch() -> Iterator[dict[str, int]]:
    """How many rows of each table were written."""
    written: dict[str, int] = {}

    def note(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        for found in WRITES.finditer(str(sql)):
            rows = context["cursor"].rowcount
            if rows:
                table = found[1] or found[2]
                written[table] = written.get(table, 0) + rows
        return result

    with connection.execute_wrapper(note):
        yield written
