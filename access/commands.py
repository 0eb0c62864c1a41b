"""What somebody does on the command line is written into the audit log: the command, its arguments, who, how it ended."""

import getpass
from contextlib import suppress
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError

from access.audit import Actor, record
from access.models import AuditEntry
from access.row_values import hide, to_json

# What every command has, and says nothing of what is done.
COMMON = frozenset(
    {
        *("verbosity", "settings", "pythonpath", "traceback", "no_color", "force_color", "skip_checks"),
        *("stdin", "stdout", "stderr", "interactive", "database"),
    }
)


class Audited(BaseCommand):
    """The base of every command that changes something or shows people."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            output: str | None = super().execute(*args, **options)
        except BaseException:
            with suppress(DatabaseError):  # it may be why the command failed
                self._note(args, options, failed=True)
            raise
        self._note(args, options)
        return output

    def _note(self, args: tuple[Any, ...], options: dict[str, Any], **more: Any) -> None:
        given = {
            name: to_json(hide(name, value))
            for name, value in options.items()
            if name not in COMMON and value not in (None, [], "", False)
        }
        if args:
            given["args"] = [str(each) for each in args]
        name = type(self).__module__.rpartition(".")[2]
        record(_find_operator(), "command", command=name, arguments=given, **more)


def _find_operator() -> Actor:
    """The account of the operating system; in a container that has none, its number tells nothing."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = ""
    return Actor(AuditEntry.Actor.COMMAND, AuditEntry.Door.COMMAND, name=name)
