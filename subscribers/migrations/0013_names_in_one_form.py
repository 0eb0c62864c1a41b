"""Customer ids and time zones that are kept already, in the form in which they are kept from now on."""

from typing import Any

from django.db import migrations

from subscribers.customer_ids import clean_customer_id
from subscribers.timezones import list_old_names

RENAME_ZONES = """
UPDATE subscribers_subscriber AS person SET timezone = names.kept
FROM unnest(%s::text[], %s::text[]) AS names (old, kept) WHERE person.timezone = names.old
"""
# Plain ASCII without blanks at its ends is in that form.
FIND_IDS = """
SELECT id, site_id, subscriber_id, value FROM subscribers_identity
WHERE kind = 'external' AND (value !~ '^[ -~]*$' OR value <> btrim(value)) ORDER BY id
"""
TAKEN = "SELECT 1 FROM subscribers_identity WHERE site_id = %s AND kind = 'external' AND value = %s"
RENAME_IDENTITY = "UPDATE subscribers_identity SET value = %s WHERE id = %s"
RENAME_PERSON = "UPDATE subscribers_subscriber SET external_id = %s WHERE id = %s AND external_id = %s"


def rename_zones(apps: Any, schema_editor: Any) -> None:
    names = list_old_names()
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(RENAME_ZONES, [list(names), list(names.values())])


def rename_customers(apps: Any, schema_editor: Any) -> None:
    """Where one of the same look is there already, the other stays as it is: two people are not merged unasked."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(FIND_IDS)
        for pk, site_id, subscriber_id, value in cursor.fetchall():
            cleaned = clean_customer_id(value)
            if not cleaned or cleaned == value:
                continue
            cursor.execute(TAKEN, [site_id, cleaned])
            if cursor.fetchone():
                print(
                    f"  Subscriber {subscriber_id}: another customer of this site has the same id, spelled otherwise: manage.py merge_twins."
                )
                continue
            cursor.execute(RENAME_IDENTITY, [cleaned, pk])
            cursor.execute(RENAME_PERSON, [cleaned, subscriber_id, value])


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0012_announced_attributes_and_visible_names")]

    operations = [
        migrations.RunPython(rename_zones, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(rename_customers, migrations.RunPython.noop, elidable=True),
    ]
