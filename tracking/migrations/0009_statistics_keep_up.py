"""Statistics are taken again when a fiftieth is new: by the default, a tenth, that is weeks of summaries.

Until then the database takes the last days for empty, and reads all of them in search of a few people.
"""

from typing import Any

from django.db import migrations

SET = "ALTER TABLE {} SET (autovacuum_analyze_scale_factor = 0.02)"
RESET = "ALTER TABLE {} RESET (autovacuum_analyze_scale_factor)"
LIST = """
SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'tracking_event'::regclass
"""


def _keep_up(apps: Any, schema_editor: Any) -> None:
    _alter(schema_editor, SET)


def _back(apps: Any, schema_editor: Any) -> None:
    _alter(schema_editor, RESET)


def _alter(schema_editor: Any, statement: str) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(LIST)
        weeks = [name for (name,) in cursor.fetchall()]
        for table in ["tracking_eventsummary", *weeks]:
            cursor.execute(statement.format(table))


class Migration(migrations.Migration):
    dependencies = [("tracking", "0008_people_by_index_alone")]

    operations = [migrations.RunPython(_keep_up, _back)]
