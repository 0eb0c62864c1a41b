"""From templates to the bytes for each person: what is the same for many is put together once.

Two people about whom the message says the same get the same message, but for the token that names their delivery.
"""

import datetime as dt
import json
import secrets
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from campaigns.assignment import OWN_LETTER, list_versions
from campaigns.delivery.candidates import Candidate
from campaigns.delivery.people import Device, Needs, Person
from campaigns.delivery.retry import remaining_ttl
from campaigns.models import Campaign, Message
from campaigns.rendering import (
    CompiledMessage,
    RenderingError,
    compile_message,
    find_clock,
    find_topic,
    list_needs,
    tells_time,
)
from campaigns.tokens import DeliveryKey, sign_token

_KEPT = 2_000  # messages of a run in memory at most, of some kilobytes each
_RUNS = 4

_Halves = tuple[bytes, bytes]  # before the token, and after it
# All that a message may depend on: the version, what is known, and (where it tells the time) the zone and the instant.
_Reading = tuple[str, tuple[str | None, ...], str, dt.datetime | None]


class Letter(NamedTuple):
    """A message for one person, ready to be encrypted for any of their devices. `ttl` is in seconds."""

    payload: bytes
    devices: Sequence[Device]
    ttl: int
    topic: str


class LetterWriter:
    """Writes the letters of one run of a campaign."""

    def __init__(self, campaign: Campaign, occurrence: int, messages: Mapping[str, Message]) -> None:
        self._campaign, self._occurrence = campaign, occurrence
        self._topic = find_topic(campaign, occurrence)
        self._messages = messages
        self.needs = find_needs(list(messages.values()))
        self._compiled: dict[str, CompiledMessage | RenderingError] = {}
        self._written: dict[_Reading, _Halves | RenderingError] = {}
        self._mark = secrets.token_hex(16)  # stands where the token will be; nobody can know it

    def write(self, candidate: Candidate, *, now: dt.datetime) -> Letter:
        """Somebody's letter; RenderingError if it cannot be put together."""
        row = candidate.row
        before, after = self._find_halves(row.variant, candidate.person, now)
        token = sign_token(DeliveryKey(self._campaign.pk, self._occurrence, row.subscriber_id))
        payload = b"".join((before, token.encode(), after))
        ttl = remaining_ttl(row.due_at, self._campaign.ttl, now=now)
        return Letter(payload, candidate.devices, ttl, self._topic)

    def check(self, letter: str, person: Person, *, now: dt.datetime) -> None:
        """RenderingError if somebody's letter of that version cannot be put together."""
        self._find_halves(letter, person, now)

    def _find_halves(self, letter: str, person: Person, now: dt.datetime) -> _Halves:
        reading: _Reading = (letter, person.values, person.timezone, now if self.needs.tells_time else None)
        found = self._written.get(reading)
        if found is None:
            if len(self._written) >= _KEPT:
                self._written.clear()
            found = self._written[reading] = self._render(letter, person, now)
        if isinstance(found, RenderingError):
            raise found
        return found

    def _render(self, letter: str, person: Person, now: dt.datetime) -> _Halves | RenderingError:
        try:
            message = self._find_message(letter)
            values = self.needs.read_variables(person.values)
            clock = find_clock(person.timezone, self._campaign.site.timezone, now)
            text = message.fill(values, clock=clock, token=self._mark, tag=self._topic).to_json()
        except RenderingError as error:
            return error
        before, _, after = text.partition(self._mark)
        return before.encode(), after.encode()

    def _find_message(self, letter: str) -> CompiledMessage:
        if letter not in self._compiled:
            try:
                message = self._messages.get(letter, self._messages[OWN_LETTER])
                self._compiled[letter] = compile_message(message)
            except RenderingError as error:
                self._compiled[letter] = error
        compiled = self._compiled[letter]
        if isinstance(compiled, RenderingError):
            raise compiled
        return compiled


class Desk:
    """Keeps the writers of the runs that a worker sends of, so that each chunk finds what the one before it has written."""

    def __init__(self) -> None:
        self._writers: OrderedDict[tuple[Any, ...], LetterWriter] = OrderedDict()

    def find_writer(self, campaign: Campaign, occurrence: int) -> LetterWriter:
        """The writer of a run, as long as nothing about its messages has changed."""
        messages = {version.letter: version.message for version in list_versions(campaign)}
        content = tuple((letter, *_read_content(message)) for letter, message in messages.items())
        key = (campaign.pk, occurrence, campaign.topic, campaign.ttl, content)
        writer = self._writers.pop(key, None) or LetterWriter(campaign, occurrence, messages)
        self._writers[key] = writer
        while len(self._writers) > _RUNS:
            self._writers.popitem(last=False)
        return writer


def find_needs(messages: Sequence[Message]) -> Needs:
    """What any of the messages says about people."""
    keys: set[str] = set()
    has_clock = any(tells_time(message) for message in messages)
    for message in messages:
        needed = list_needs(message)
        if needed is None:
            return Needs(None, has_clock)
        keys |= needed
    return Needs(tuple(sorted(keys)), has_clock)


def _read_content(message: Message) -> tuple[str, ...]:
    own = (message.title, message.body, message.link_url, message.icon_url, message.image_url)
    return (*own, json.dumps(message.actions))
