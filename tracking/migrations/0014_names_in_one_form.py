"""Names of events that are kept already, in the form in which they are kept from now on."""

from typing import Any

from django.db import migrations

from subscribers.keys import clean_key

# Plain ASCII without blanks at its ends is in that form.
FIND = "SELECT id, site_id, name FROM tracking_eventtype WHERE name !~ '^[!-~]([ -~]*[!-~])?$' ORDER BY id"
TAKEN = "SELECT 1 FROM tracking_eventtype WHERE site_id = %s AND name = %s"
RENAME = "UPDATE tracking_eventtype SET name = %s WHERE id = %s"


def rename_events(apps: Any, schema_editor: Any) -> None:
    """Where one of the same look is there already, the other stays as it is: what was counted is not counted anew unasked."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(FIND)
        for pk, site_id, old in cursor.fetchall():
            name = clean_key(old)
            if not name or name == old:
                continue
            cursor.execute(TAKEN, [site_id, name])
            if cursor.fetchone():
                print(
                    f"  Event “{old}” (id {pk}) of site {site_id}: another one has this name, spelled otherwise."
                )
                continue
            cursor.execute(RENAME, [name, pk])


class Migration(migrations.Migration):
    dependencies = [("tracking", "0013_values_seen_at"), ("subscribers", "0020_keys_in_one_form")]

    operations = [migrations.RunPython(rename_events, migrations.RunPython.noop, elidable=True)]
