"""What became of somebody in campaigns, once nobody may know of whom: it counts as before, under a number that is nobody's.

A number below 0, drawn by lot for each person and campaign, so that neither who it was nor what else they were sent can be
told from it. Rows are written anew rather than changed: where tables are spread over machines, the person says on which.
"""

import secrets
import uuid
from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection, models
from django.db.models.expressions import BaseExpression

from campaigns.models import Conversion, Delivery
from subscribers.arrays import write_array

# What is left of a row: that it was, when, and what came of it. All others are emptied.
DELIVERY_STAYS = frozenset(
    {
        *("campaign_id", "occurrence", "batch_id", "variant", "status", "reason", "attempts", "deferred"),
        *(
            "timezone",
            "timezone_is_site_default",
            "due_at",
            "sent_at",
            "displayed_at",
            "clicked_at",
            "dismissed_at",
        ),
        "clicked_action",
    }
)
CONVERSION_STAYS = frozenset({"campaign_id", "occurrence", "converted_at", "credit", "revenue", "currency"})

# Who waits is not sent to: they are counted as erased. What has an outcome keeps it.
DROP_OPEN = """
DELETE FROM campaigns_delivery WHERE subscriber_id = ANY(%s::bigint[]) AND status IN ('planned', 'sending')
"""
FIND = """
SELECT DISTINCT campaign_id, subscriber_id FROM campaigns_delivery WHERE subscriber_id = ANY(%s::bigint[])
UNION SELECT DISTINCT campaign_id, subscriber_id FROM campaigns_conversion WHERE subscriber_id = ANY(%s::bigint[])
"""
# Seen by the triggers that count (migration 0016).
MOVING = "SELECT set_config('carillon.moving', %s, true)"
LONGEST = 2**62


def hide_people(ids: Collection[int]) -> int:
    """Whatever campaigns did to these people is nobody's from now on; how many rows. In the caller's transaction."""
    people = write_array(ids)
    with connection.cursor() as cursor:
        cursor.execute(DROP_OPEN, [people])
        dropped = int(cursor.rowcount)
        cursor.execute(FIND, [people, people])
        found = cursor.fetchall()
    return dropped + move_to_nobody([(campaign, person) for campaign, person in found])


def move_to_nobody(pairs: Sequence[tuple[int, int]]) -> int:
    """What has an outcome, of each of these people in one campaign; how many deliveries."""
    moved = 0
    with connection.cursor() as cursor:
        cursor.execute(MOVING, ["on"])
        for campaign, person in pairs:
            values: dict[str, int | str] = {
                "campaign": campaign,
                "person": person,
                "nobody": -1 - secrets.randbelow(LONGEST),
                "salt": uuid.uuid4().hex,
            }
            cursor.execute(MOVE_DELIVERIES, values)
            cursor.execute(DROP_DELIVERIES, values)
            moved += cursor.rowcount
            cursor.execute(MOVE_CONVERSIONS, values)
            cursor.execute(DROP_CONVERSIONS, values)
        cursor.execute(MOVING, ["off"])
    return moved


def _write_move(model: type[models.Model], stays: frozenset[str], **otherwise: str) -> str:
    """The statement that writes somebody's rows for nobody: what stays, and of all other columns what is as good as nothing."""
    columns, values = [], []
    for field in model._meta.concrete_fields:
        if isinstance(field, models.AutoField):
            continue
        columns.append(connection.ops.quote_name(str(field.column)))
        values.append(
            otherwise.get(field.attname) or (columns[-1] if field.attname in stays else _write_empty(field))
        )
    table = model._meta.db_table
    return f"""
    INSERT INTO {table} ({", ".join(columns)}) SELECT {", ".join(values)} FROM {table}
    WHERE campaign_id = %(campaign)s AND subscriber_id = %(person)s{_SETTLED if model is Delivery else ""}
    """  # noqa: S608  # names of ours


def _write_empty(field: models.Field[Any, Any]) -> str:
    if field.null:
        return "NULL"
    empty = field.get_default()
    if isinstance(empty, BaseExpression) or not isinstance(empty, str):
        raise TypeError(f"{field} has no value that says nothing: let it be null, or say that it stays.")
    return f"'{empty}'"


_SETTLED = " AND status NOT IN ('planned', 'sending')"
_THEIRS = "WHERE campaign_id = %(campaign)s AND subscriber_id = %(person)s"
MOVE_DELIVERIES = _write_move(Delivery, DELIVERY_STAYS, subscriber_id="%(nobody)s")
DROP_DELIVERIES = f"DELETE FROM campaigns_delivery {_THEIRS}{_SETTLED}"  # noqa: S608
# An event that several runs can claim is still one, and none that anybody could look up.
MOVE_CONVERSIONS = _write_move(
    Conversion,
    CONVERSION_STAYS,
    subscriber_id="%(nobody)s",
    event_id="md5(event_id::text || %(salt)s)::uuid",
    unread="CASE WHEN unread = '' THEN '' ELSE '?' END",
)
DROP_CONVERSIONS = f"DELETE FROM campaigns_conversion {_THEIRS}"  # noqa: S608
