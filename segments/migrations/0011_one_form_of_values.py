"""Values of events in the form in which they are told apart: texts by that of `carillon_fold`, also inside lists and objects.

Interned values that have the same form become one, and events lead to it. Answers change with that, so every segment is
built anew.
"""

from typing import Any

from django.db import migrations

FORM = """
CREATE FUNCTION carillon_form(value jsonb, of_address boolean) RETURNS jsonb
LANGUAGE plpgsql STRICT IMMUTABLE PARALLEL SAFE COST 10 SET search_path FROM CURRENT AS $$
BEGIN
    RETURN CASE jsonb_typeof(value)
        WHEN 'string' THEN to_jsonb(CASE WHEN of_address THEN carillon_fold_address(value #>> '{}')
                                         ELSE carillon_fold(value #>> '{}') END)
        WHEN 'number' THEN to_jsonb(trim_scale(value::numeric))
        WHEN 'array' THEN (
            SELECT coalesce(jsonb_agg(carillon_form(element, of_address) ORDER BY number), '[]'::jsonb)
            FROM jsonb_array_elements(value) WITH ORDINALITY AS elements (element, number))
        WHEN 'object' THEN (
            SELECT coalesce(jsonb_object_agg(key, carillon_form(member, key = 'url')), '{}'::jsonb)
            FROM jsonb_each(value) AS members (key, member))
        ELSE value
    END;
END $$
"""
KEEP = """
ALTER TABLE tracking_propertyvalue ADD COLUMN form uuid GENERATED ALWAYS AS (
    md5(carillon_form(value, property = 'url')::text)::uuid
) STORED
"""
TWINS = """
SELECT event_type_id, property, array_agg(id ORDER BY id) FROM tracking_propertyvalue
GROUP BY event_type_id, property, form HAVING count(*) > 1
"""
LEAD = """
UPDATE tracking_event SET {column} = (%(kept)s::bigint[])[array_position(%(twins)s::bigint[], {column})]
WHERE event_type_id = %(type)s AND {column} = ANY(%(twins)s::bigint[])
"""
ONCE = (
    "CREATE UNIQUE INDEX property_value_form_once ON tracking_propertyvalue (event_type_id, property, form)"
)
AT_ONCE = 500
ASK_EVERYBODY = """
INSERT INTO subscribers_subscriberchange (site_id, topic, subscriber_ids, changed_at)
SELECT id, 'person', NULL, now() FROM subscribers_site
"""


def merge_twins(apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(TWINS)
        pairs: dict[tuple[int, str], list[tuple[int, int]]] = {}
        for event_type, property_, (kept, *others) in cursor.fetchall():
            column = "category_id" if property_ == "category" else "item_id"
            pairs.setdefault((event_type, column), []).extend((twin, kept) for twin in others)
        for (event_type, column), found in pairs.items():
            for start in range(0, len(found), AT_ONCE):
                twins, kept_ids = map(list, zip(*found[start : start + AT_ONCE], strict=True))
                values = {"type": event_type, "twins": twins, "kept": kept_ids}
                cursor.execute(LEAD.format(column=column), values)
                cursor.execute("DELETE FROM tracking_propertyvalue WHERE id = ANY(%s::bigint[])", [twins])


class Migration(migrations.Migration):
    dependencies = [
        ("segments", "0010_written_moments"),
        ("tracking", "0012_attempts_at_the_inbox"),
    ]

    operations = [
        migrations.RunSQL([(FORM, None)], "DROP FUNCTION carillon_form(jsonb, boolean)"),
        migrations.RunSQL([(KEEP, None)], "ALTER TABLE tracking_propertyvalue DROP COLUMN form"),
        migrations.RunPython(merge_twins, migrations.RunPython.noop),
        migrations.RunSQL(ONCE, "DROP INDEX property_value_form_once"),
        migrations.RunSQL(ASK_EVERYBODY, migrations.RunSQL.noop),
    ]
