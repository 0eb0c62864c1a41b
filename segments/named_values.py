"""Texts in a rule that no value of the site has ever equalled: most likely a slip, which is told with what there is.

Looked for only as long as nobody notices: what is not found out by then is not remarked on.
"""

import datetime as dt
import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from django.db import OperationalError, connection, transaction

from segments.definitions import read_log
from segments.rules import Rule
from segments.rules.addresses import decode_address
from segments.rules.ast import AttributeCondition, DeviceCondition, ProfileCondition
from segments.rules.comparing import positive_sql
from segments.rules.comparisons import Comparison, UrlComparison
from segments.rules.event_sql import EventCompiler
from segments.rules.hot_sql import NUMBER_COLUMN
from segments.rules.lint import Remark
from segments.rules.named import Named, list_named
from segments.rules.near import find_near, suggest
from segments.rules.operators import Family
from segments.rules.own_conditions import own_sql
from segments.rules.paths import find_values
from segments.rules.sql import SUBSCRIBER, Fragment
from segments.rules.subqueries import Subqueries
from segments.rules.text import fold, fold_address, fold_sql
from segments.rules.windows import Bounds
from subscribers.countries import COUNTRIES
from subscribers.models import Site
from subscribers.viewing import find_hidden
from tracking.hot_properties import find_hot_column

MOST_MS = 150  # for all of a rule together
MOST_PLACES = 10
SAMPLE = 2_000
RECENT = dt.timedelta(weeks=8)

OF_PEOPLE = f"""
SELECT {{column}} FROM {SUBSCRIBER} WHERE site_id = %s AND merged_into_id IS NULL ORDER BY last_seen_at DESC LIMIT {SAMPLE}
"""  # noqa: S608  # our own words
OF_DEVICES = f"""
SELECT device.{{column}} FROM subscribers_pushsubscription AS device
JOIN {SUBSCRIBER} ON {SUBSCRIBER}.id = device.subscriber_id WHERE site_id = %s LIMIT {SAMPLE}
"""  # noqa: S608
OF_EVENTS = f"""
SELECT properties FROM tracking_event WHERE event_type_id = %s AND occurred_at > %s ORDER BY occurred_at DESC LIMIT {SAMPLE}
"""  # noqa: S608
OF_HOT = f"SELECT value FROM tracking_propertyvalue WHERE event_type_id = %s AND property = %s LIMIT {SAMPLE}"  # noqa: S608


def list_unseen_values(
    site: Site, rule: Rule, *, now: dt.datetime, somebody_fits: bool = False
) -> list[Remark]:
    """A remark on each text that equals nothing the site has seen there; `somebody_fits`: the rule as it is."""
    remarks: list[Remark] = []
    named = list_named(rule, somebody_fits=somebody_fits)[:MOST_PLACES]
    if named:
        with suppress(OperationalError, TimeoutError), transaction.atomic():
            finder = _Finder(site, now, ends_at=time.monotonic() + MOST_MS / 1000)
            for each in named:
                remarks += finder.list_remarks(each)
    return remarks


class _Finder:
    """Asks the database until a given time (of time.monotonic), and no longer."""

    def __init__(self, site: Site, now: dt.datetime, *, ends_at: float) -> None:
        self.site, self.now, self.ends_at = site, now, ends_at

    def list_remarks(self, named: Named) -> Iterator[Remark]:
        if named.place == "property" and named.event not in self._read_types(named.event):
            return  # that is remarked on itself
        hidden = find_hidden(self.site.pk)
        of_people = {"attribute": hidden.attributes, "profile": hidden.fields}
        is_hidden = named.key in of_people.get(named.place, ()) or hidden.hides_property(
            named.event, named.key
        )
        if is_hidden:
            return  # what is there would be told with what is not
        known = self._list_known(named)
        forms = {_fold(named.test, each) for each in known}
        for text in named.texts:
            is_pattern = isinstance(named.test, UrlComparison)
            if (not is_pattern and _fold(named.test, text) in forms) or self._is_there(named, text):
                continue
            if is_pattern:
                said = f"No page seen so far has an address that fits “{text}”."
                known = list(dict.fromkeys(step for each in known for step in _list_steps(each)))
            else:
                said = f"“{text}” was never seen in {named.label}."
            yield Remark(named.path, f"{said} {_suggest(named, text, known)}".strip())

    def _list_known(self, named: Named) -> list[str]:
        """Texts that are there, as far as a sample tells; the most frequent first."""
        values: Iterable[Any]
        match named.place:
            case "attribute":
                rows = self._ask(OF_PEOPLE.format(column="attributes"), [self.site.pk])
                values = [each for (whole,) in rows for each in find_values(json.loads(whole), named.key)]
            case "profile":
                values = [row[0] for row in self._ask(OF_PEOPLE.format(column=named.key), [self.site.pk])]
            case "device":
                values = [row[0] for row in self._ask(OF_DEVICES.format(column=named.key), [self.site.pk])]
            case "property":
                values = self._list_properties(named)
        texts = (text for each in values for text in (each if isinstance(each, list) else [each]))
        counts = Counter(text for text in texts if isinstance(text, str) and text)
        return [text for text, _ in counts.most_common()]

    def _list_properties(self, named: Named) -> list[Any]:
        event_type = self._read_types(named.event)[named.event]
        column = find_hot_column(named.event, named.key)
        if column is not None and column != NUMBER_COLUMN:
            return [json.loads(value) for (value,) in self._ask(OF_HOT, [event_type, named.key])]
        rows = self._ask(OF_EVENTS, [event_type, self.now - RECENT])
        return [each for (whole,) in rows for each in find_values(json.loads(whole), named.key)]

    def _is_there(self, named: Named, text: str) -> bool:
        """Whether anybody, or any event, has it."""
        test = _ask_for(named, text)
        if isinstance(test, AttributeCondition | ProfileCondition):
            found = own_sql(test, self.now)
            rows = f"{SUBSCRIBER} WHERE site_id = %s AND merged_into_id IS NULL AND {found.text}"
            params = [self.site.pk, *found.params]
        elif isinstance(test, DeviceCondition):
            found = positive_sql(test, Family.TEXT, Fragment(fold_sql(f"device.{test.field}")), self.now)
            rows = (
                f"subscribers_pushsubscription AS device JOIN {SUBSCRIBER} ON {SUBSCRIBER}.id = device.subscriber_id"
                f" WHERE site_id = %s AND {found.text}"
            )
            params = [self.site.pk, *found.params]
        else:
            log = read_log(self.site, [named.event])
            chosen = EventCompiler(self.now, log, Subqueries()).select(
                named.event, Bounds(None, self.now), [test]
            )
            if chosen is None:
                return False
            rows, params = f"tracking_event AS event WHERE {chosen.text}", list(chosen.params)
        ((there,),) = self._ask(f"SELECT EXISTS (SELECT 1 FROM {rows})", params)  # noqa: S608
        return bool(there)

    def _read_types(self, event: str) -> Mapping[str, int]:
        return read_log(self.site, [event]).types

    def _ask(self, query: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
        left = int((self.ends_at - time.monotonic()) * 1000)
        if left < 1:
            raise TimeoutError
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(left)])
            cursor.execute(query, params)
            return list(cursor.fetchall())


def _ask_for(named: Named, text: str) -> Any:
    """The test of this one text, as a condition of its own."""
    if isinstance(named.test, UrlComparison):
        positive = named.test.row.negates or named.test.operator
        return UrlComparison.model_validate({"operator": positive, "value": text})
    operator = "includes" if named.in_list else "equals"
    written = named.test.model_dump(mode="json", exclude_none=True, exclude={"values"})
    return type(named.test).model_validate({**written, "operator": operator, "value": text})


def _fold(test: Comparison, text: str) -> str:
    return fold_address(text) if test.of_address else fold(text)


def _list_steps(address: str) -> list[str]:
    """What stands between the slashes of an address, without its host and its query."""
    path = decode_address(address).partition("://")[2].partition("?")[0].partition("#")[0]
    return [step for step in path.split("/")[1:] if step]


def _suggest(named: Named, text: str, known: list[str]) -> str:
    if named.place == "profile" and named.key == "country":
        codes = {fold(name): code for code, name in COUNTRIES.items()}
        code = codes.get(fold(text)) or next(
            (codes[fold(name)] for name in find_near(text, COUNTRIES.values())), ""
        )
        if code:
            return f"Countries are told by their codes: {COUNTRIES[code]} is “{code}”."
    return suggest(text.strip("/*"), known)
