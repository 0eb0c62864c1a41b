"""Keys of attributes that are kept already, in the form in which they are kept from now on, with the values under them."""

from typing import Any

from django.db import migrations

from subscribers.keys import clean_key

# Plain ASCII without blanks at its ends is in that form.
FIND = "SELECT id, site_id, key FROM subscribers_attribute WHERE key !~ '^[!-~]([ -~]*[!-~])?$' ORDER BY id"
TAKEN = "SELECT 1 FROM subscribers_attribute WHERE site_id = %s AND key = %s"
RENAME = "UPDATE subscribers_attribute SET key = %s WHERE id = %s"
DELETE = "DELETE FROM subscribers_attribute WHERE id = %s"
# What somebody has under the right key already stays.
MOVE = """
UPDATE subscribers_subscriber SET {column} = jsonb_build_object(%(key)s::text, {column} -> %(old)s) || ({column} - %(old)s)
WHERE site_id = %(site)s AND jsonb_exists({column}, %(old)s)
"""


def rename_keys(apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(FIND)
        for pk, site_id, old in cursor.fetchall():
            key = clean_key(old)
            if not key or key == old:
                continue
            cursor.execute(TAKEN, [site_id, key])
            if cursor.fetchone():
                print(f"  Attribute “{old}” of site {site_id} is one with “{key}” from now on.")
                cursor.execute(DELETE, [pk])
            else:
                cursor.execute(RENAME, [key, pk])
            for column in ("attributes", "attribute_times", "raw_values"):
                cursor.execute(MOVE.format(column=column), {"key": key, "old": old, "site": site_id})


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0019_count_claims")]

    operations = [migrations.RunPython(rename_keys, migrations.RunPython.noop, elidable=True)]
