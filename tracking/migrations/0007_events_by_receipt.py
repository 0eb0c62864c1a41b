"""Finding the events that came in the last minutes, however long ago they happened."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("tracking", "0006_leaner_indexes")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                # A range of 32 pages is about a thousand events. It takes a few bytes of the index.
                migrations.RunSQL(
                    "CREATE INDEX event_received ON tracking_event USING brin (received_at)"
                    " WITH (pages_per_range = 32, autosummarize = on)",
                    "DROP INDEX event_received",
                )
            ],
            state_operations=[
                migrations.AddIndex("event", BrinIndex(fields=["received_at"], name="event_received"))
            ],
        ),
    ]
