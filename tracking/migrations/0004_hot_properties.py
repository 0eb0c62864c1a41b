"""The hot properties of events become columns, and the index that segments are counted on covers them."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models.expressions import RawSQL

from tracking.hot_properties import list_interned
from tracking.interning import digest_value
from tracking.models import NUMERIC_VALUE

# The sample is that of segments/rules/samples.py: an estimate reads a tenth of the pages.
COLUMNS = f"""
ALTER TABLE tracking_event
    ADD COLUMN value numeric GENERATED ALWAYS AS ({NUMERIC_VALUE}) STORED,
    ADD COLUMN item_id bigint,
    ADD COLUMN category_id bigint;
"""
INDEXES = """
DROP INDEX event_by_type;
CREATE INDEX event_by_type ON tracking_event (event_type_id, occurred_at)
    INCLUDE (subscriber_id, value, item_id, category_id);
CREATE INDEX event_by_type_sampled ON tracking_event (event_type_id, occurred_at)
    INCLUDE (subscriber_id, value, item_id, category_id) WHERE (hashint8(subscriber_id) & 127) < 13;
CREATE INDEX event_by_item ON tracking_event (event_type_id, item_id, occurred_at)
    INCLUDE (subscriber_id) WHERE item_id IS NOT NULL;
DROP INDEX summary_last;
CREATE INDEX summary_last ON tracking_eventsummary (event_type_id, last_at) INCLUDE (subscriber_id);
CREATE INDEX summary_last_sampled ON tracking_eventsummary (event_type_id, last_at)
    INCLUDE (subscriber_id) WHERE (hashint8(subscriber_id) & 127) < 13;
CREATE INDEX summary_type ON tracking_eventsummary (event_type_id, subscriber_id)
    INCLUDE (last_at, first_at, count);
CREATE INDEX summary_type_sampled ON tracking_eventsummary (event_type_id, subscriber_id)
    INCLUDE (last_at, first_at, count) WHERE (hashint8(subscriber_id) & 127) < 13;
"""
ADD_VALUES = (
    "INSERT INTO tracking_propertyvalue (event_type_id, property, digest, value) VALUES (%s, %s, %s, %s)"
)
FILL = """
UPDATE tracking_event AS event SET {column} = known.id FROM tracking_propertyvalue AS known
WHERE event.event_type_id = %s AND known.event_type_id = %s AND known.property = %s
  AND known.value = event.properties -> %s
"""


def intern_old_values(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    event_types = apps.get_model("tracking", "EventType").objects.values_list("pk", "name")
    with schema_editor.connection.cursor() as cursor:
        for pk, name in event_types:
            for column, key in list_interned(name).items():
                cursor.execute(
                    "SELECT DISTINCT properties -> %s FROM tracking_event"
                    " WHERE event_type_id = %s AND jsonb_typeof(properties -> %s) <> 'null'",
                    [key, pk, key],
                )
                values = [
                    models.JSONField().from_db_value(text, None, schema_editor.connection)
                    for (text,) in cursor
                ]
                wrap = schema_editor.connection.ops.adapt_json_value
                cursor.executemany(
                    ADD_VALUES, [(pk, key, digest_value(each), wrap(each, None)) for each in values]
                )
                cursor.execute(FILL.format(column=column), [pk, pk, key, key])


def _reference() -> models.ForeignKey:
    return models.ForeignKey(
        "tracking.propertyvalue",
        db_constraint=False,
        db_index=False,
        null=True,
        on_delete=django.db.models.deletion.DO_NOTHING,
        related_name="+",
    )


class Migration(migrations.Migration):
    dependencies = [("tracking", "0003_message_campaigns")]

    operations = [
        migrations.CreateModel(
            name="PropertyValue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("property", models.CharField(max_length=100)),
                (
                    "digest",
                    models.UUIDField(
                        help_text="MD5 of the value's canonical JSON: texts may be too long for an index"
                    ),
                ),
                ("value", models.JSONField()),
                (
                    "event_type",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="values",
                        to="tracking.eventtype",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="propertyvalue",
            constraint=models.UniqueConstraint(
                fields=("event_type", "property", "digest"), name="property_value_once"
            ),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(COLUMNS)],
            state_operations=[
                migrations.AddField("event", "item", _reference()),
                migrations.AddField("event", "category", _reference()),
                migrations.AddField(
                    "event",
                    "value",
                    models.GeneratedField(
                        db_persist=True,
                        expression=RawSQL(NUMERIC_VALUE, ()),  # noqa: S611  # ours alone
                        output_field=models.DecimalField(decimal_places=100, max_digits=1000),
                    ),
                ),
            ],
        ),
        migrations.RunPython(intern_old_values),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(INDEXES)],
            state_operations=[
                migrations.RemoveIndex("event", "event_by_type"),
                migrations.AddIndex(
                    "event",
                    models.Index(
                        fields=["event_type", "occurred_at"],
                        include=["subscriber_id", "value", "item_id", "category_id"],
                        name="event_by_type",
                    ),
                ),
                migrations.AddIndex(
                    "event",
                    models.Index(
                        fields=["event_type", "item", "occurred_at"],
                        include=["subscriber_id"],
                        condition=models.Q(item__isnull=False),
                        name="event_by_item",
                    ),
                ),
                migrations.RemoveIndex("eventsummary", "summary_last"),
                migrations.AddIndex(
                    "eventsummary",
                    models.Index(
                        fields=["event_type", "last_at"], include=["subscriber_id"], name="summary_last"
                    ),
                ),
                migrations.AddIndex(
                    "eventsummary",
                    models.Index(
                        fields=["event_type", "subscriber"],
                        include=["last_at", "first_at", "count"],
                        name="summary_type",
                    ),
                ),
            ],
        ),
        # summary_type begins with it.
        migrations.AlterField(
            "eventsummary",
            "event_type",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="summaries",
                to="tracking.eventtype",
            ),
        ),
    ]
