"""Who is behind a chunk's deliveries today, their devices, and what their messages say about them: one statement.

Only what the messages use is read, and as text: most people share what they say with others, and what is the same
text need not be read twice.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import connection

from campaigns.rendering import PROFILE_FIELDS, join_variables
from subscribers.arrays import write_array

MAX_DEVICES = 5  # to try one after the other, if the first ones turn out to be gone

_READ = """
SELECT person.id, person.merged_into_id, device.id::text, device.endpoint, device.p256dh, device.auth, device.refusals,
    {timezone} AS timezone{columns}
FROM unnest(%s::bigint[]) AS wanted (id)
JOIN subscribers_subscriber AS person ON person.id = wanted.id
LEFT JOIN subscribers_pushsubscription AS device
  ON device.subscriber_id = person.id AND device.ended_at IS NULL
ORDER BY person.id, device.last_seen_at DESC
"""


class Device(NamedTuple):
    """Where one device is reached, and its keys."""

    id: str
    subscriber_id: int
    endpoint: str
    p256dh: str
    auth: str
    refusals: int = 0

    @property
    def host(self) -> str:
        return self.endpoint.split("/", 3)[2] if "//" in self.endpoint else ""


@dataclass(slots=True)
class Person:
    """Somebody living. `values` is what their messages say about them, to be read by Needs.read_variables.

    `timezone` is known where a message tells the time.
    """

    id: int
    values: tuple[str | None, ...]
    timezone: str = ""
    devices: list[Device] = field(default_factory=list)


class Needs(NamedTuple):
    """What messages say about people: these keys, or (None) whatever there is; and the time, or not."""

    keys: tuple[str, ...] | None
    tells_time: bool = False

    def list_columns(self) -> tuple[str, list[str]]:
        """Columns of SQL, and their parameters."""
        if self.keys is None:
            profile = "".join(f", person.{name}" for name in PROFILE_FIELDS)
            return f"{profile}, person.attributes::text", []
        profile = "".join(f", person.{name}" for name in self._list_fields())
        return profile + ", (person.attributes -> %s)::text" * len(self.keys), list(self.keys)

    def read_variables(self, values: Sequence[str | None]) -> dict[str, Any]:
        """What templates may say (join_variables)."""
        fields = self._list_fields()
        profile = dict(zip(fields, values, strict=False))
        if self.keys is None:
            return join_variables(profile, json.loads(values[-1] or "{}"))
        attributes = zip(self.keys, values[len(fields) :], strict=True)
        return join_variables(
            profile, {key: json.loads(text) for key, text in attributes if text is not None}
        )

    def _list_fields(self) -> tuple[str, ...]:
        if self.keys is None:
            return PROFILE_FIELDS
        return tuple(name for name in PROFILE_FIELDS if name in self.keys)


NOTHING = Needs(())


def read_people(subscriber_ids: Collection[int], needs: Needs = NOTHING) -> dict[int, Person]:
    """For each id the person it stands for today: the end of its chain of merges. Devices: the one last seen first."""
    known: dict[int, Person] = {}
    merged: dict[int, int] = {}
    wanted = set(subscriber_ids)
    while wanted:
        _read(wanted, needs, known, merged)
        wanted = set(merged.values()) - known.keys() - merged.keys()
    return {pk: known[end] for pk in subscriber_ids if (end := _follow(pk, merged)) in known}


def _read(wanted: set[int], needs: Needs, known: dict[int, Person], merged: dict[int, int]) -> None:
    columns, keys = needs.list_columns()
    missing = set(wanted)
    with connection.cursor() as cursor:
        query = _READ.format(columns=columns, timezone="person.timezone" if needs.tells_time else "''")
        cursor.execute(query, [*keys, write_array(sorted(wanted))])
        for (
            pk,
            merged_into,
            device_id,
            endpoint,
            p256dh,
            auth,
            refusals,
            timezone,
            *values,
        ) in cursor.fetchall():
            missing.discard(pk)
            if merged_into is not None:
                merged[pk] = merged_into
                continue
            person = known.get(pk)
            if person is None:
                person = known[pk] = Person(pk, tuple(values), timezone)
            if device_id is not None and len(person.devices) < MAX_DEVICES:
                person.devices.append(Device(device_id, pk, endpoint, p256dh, auth, refusals))
    for gone in missing:  # deleted meanwhile; asked for once
        merged.setdefault(gone, gone)


def _follow(pk: int, merged: Mapping[int, int]) -> int:
    for _ in merged:  # no chain is longer
        if pk not in merged:
            break
        pk = merged[pk]
    return pk
