"""What an event says about money: an amount, its currency, or what stands there and is no amount."""

from typing import NamedTuple

from segments.rules.sql import Fragment

CURRENCY = "currency"  # the property that says it, as shops' events call it
_NOTHING = Fragment("NULL::float8")
_NO_TEXT = Fragment("''::text")
# A text is an amount if it is written as numbers are in JSON: 12.50, not 12,50, whose comma may part thousands.
_AMOUNT = """
CASE WHEN jsonb_typeof({v}) = 'number' THEN ({v})::numeric
     WHEN jsonb_typeof({v}) = 'string' AND {v} #>> '{}' ~ '^\\s*[+-]?[0-9]{1,30}([.][0-9]{1,30})?\\s*$'
     THEN ({v} #>> '{}')::numeric END
"""
# What a float cannot hold, or no shop ever took, is no amount.
_SIZED = "CASE WHEN abs({v}) < 1e15 THEN ({v})::float8 END"


class Money(NamedTuple):
    """Expressions of SQL over an event. `unread` is the text that stands where an amount should, at most 40 characters."""

    amount: Fragment
    currency: Fragment
    unread: Fragment


def read_money(name: str) -> Money:
    """What the events' property of that name says; no name: revenue is not counted."""
    if not name:
        return Money(_NOTHING, _NO_TEXT, _NO_TEXT)
    raw = Fragment("event.properties -> %s", (name,))
    amount = Fragment(_SIZED).place(Fragment(_AMOUNT.strip()).place(raw))
    said = Fragment(f"btrim(event.properties ->> '{CURRENCY}')")
    currency = Fragment("CASE WHEN {v} ~ '^[A-Za-z]{3}$' THEN upper({v}) ELSE '' END").place(said)
    stands = Fragment(
        "CASE WHEN {v} IS NOT NULL AND jsonb_typeof({v}) <> 'null' THEN left({v} #>> '{}', 40) END"
    ).place(raw)
    unread = Fragment(
        f"CASE WHEN ({amount.text}) IS NULL THEN COALESCE({stands.text}, '') ELSE '' END",
        (*amount.params, *stands.params),
    )
    return Money(amount, currency, unread)
