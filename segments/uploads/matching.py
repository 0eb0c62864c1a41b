"""Whom the values of a list mean: people of one site, found by customer id, e-mail address or subscriber number."""

from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple

from django.db import connection

from segments.lists import find_survivors
from segments.models import SegmentUpload
from subscribers.customer_ids import clean_customer_id, explain_placeholder
from subscribers.emails import clean_email, is_email
from subscribers.models import Site, Subscriber

Column = SegmentUpload.Column
LARGEST_ID = 2**63 - 1

# Looked up one by one in an index, however many people there are.
FIND = """
SELECT asked.value, found.people FROM unnest(%s::text[]) AS asked (value)
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(person.id ORDER BY person.id) FILTER (WHERE {counts}), array_agg(person.id ORDER BY person.id))
    FROM subscribers_subscriber AS person
    WHERE {matches} AND person.site_id = %s AND person.merged_into_id IS NULL
) AS found (people)
WHERE found.people IS NOT NULL
"""
MATCHES = {
    Column.EXTERNAL_ID: "person.external_id = asked.value",
    Column.EMAIL: "UPPER(person.email) = UPPER(asked.value)",  # as its index has it
}
# Any visitor can give a customer's address for theirs: where one of those who have it is a customer, only customers count.
COUNTS = {Column.EXTERNAL_ID: "true", Column.EMAIL: "person.external_id <> ''"}
# In which form such values are kept, and looked up.
FORMS: dict[Column, Callable[[str], str]] = {
    Column.EXTERNAL_ID: clean_customer_id,
    Column.EMAIL: clean_email,
    Column.SUBSCRIBER: str.strip,
}
WORDS = {
    Column.EXTERNAL_ID: "customer id",
    Column.EMAIL: "e-mail address",
    Column.SUBSCRIBER: "subscriber number",
}


class Verdict(NamedTuple):
    """`people`: whom a value means; or nobody, for the reason in `problem`. `sharers`: how many there are of that name."""

    people: tuple[int, ...] = ()
    problem: str = ""
    sharers: int = 0


def judge_values(site: Site, by: str, texts: Collection[str], *, takes_all: bool) -> dict[str, Verdict]:
    """For each text whom it means. One that several people share means all of them with `takes_all`, else nobody."""
    column = Column(by)
    forms = {text: FORMS[column](text) for text in texts}
    found = _find(site, column, set(forms.values()) - {""})
    return {
        text: _judge(column, form, found.get(form, ()), takes_all=takes_all) for text, form in forms.items()
    }


def _judge(column: Column, text: str, people: tuple[int, ...], *, takes_all: bool) -> Verdict:
    words = WORDS[column]
    if not text:
        return Verdict(problem=f"There is no {words} in this row.")
    if not people:
        return Verdict(problem=_explain_unknown(column, text))
    if len(people) > 1 and not takes_all:
        problem = f"{len(people):,} people have this {words}, so that nobody was taken."
        return Verdict(problem=problem, sharers=len(people))
    return Verdict(people, sharers=len(people))


def _explain_unknown(column: Column, text: str) -> str:
    if column == Column.EMAIL and not is_email(text):
        return "This is not an e-mail address."
    if column == Column.EXTERNAL_ID and (problem := explain_placeholder(text)):
        return f"This {problem}."
    if column == Column.SUBSCRIBER and _read_id(text) is None:
        return "This is not a subscriber number: that is a whole number, like 1204."
    return f"Nobody on this site has this {WORDS[column]}."


def _find(site: Site, column: Column, texts: set[str]) -> dict[str, tuple[int, ...]]:
    if column == Column.SUBSCRIBER:
        return _find_by_id(site, texts)
    with connection.cursor() as cursor:
        cursor.execute(FIND.format(matches=MATCHES[column], counts=COUNTS[column]), [sorted(texts), site.pk])
        return {value: tuple(ids) for value, ids in cursor.fetchall()}


def _find_by_id(site: Site, texts: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """Whoever turned out to be somebody else stands for that person."""
    ids = {text: number for text in texts if (number := _read_id(text)) is not None}
    leads = find_survivors(set(ids.values()))
    people = Subscriber.objects.living().filter(site=site, pk__in=set(leads.values()))
    ours = set(people.values_list("pk", flat=True))
    return {text: (leads[pk],) for text, pk in ids.items() if leads.get(pk) in ours}


def _read_id(text: str) -> int | None:
    if text.isascii() and text.isdigit() and len(text) < 20 and 0 < int(text) <= LARGEST_ID:
        return int(text)
    return None
