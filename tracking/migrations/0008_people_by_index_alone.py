"""What one person did is read off the index of it: old weeks keep their rows on disk."""

from django.db import migrations, models

MAKE = """
DROP INDEX event_by_subscriber;
CREATE INDEX event_by_subscriber ON tracking_event (subscriber_id, event_type_id, occurred_at)
    INCLUDE (value, item_id, category_id);
"""
BACK = """
DROP INDEX event_by_subscriber;
CREATE INDEX event_by_subscriber ON tracking_event (subscriber_id, event_type_id, occurred_at);
"""


class Migration(migrations.Migration):
    dependencies = [("tracking", "0007_events_by_receipt")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(MAKE, BACK)],
            state_operations=[
                migrations.RemoveIndex(model_name="event", name="event_by_subscriber"),
                migrations.AddIndex(
                    model_name="event",
                    index=models.Index(
                        fields=["subscriber", "event_type", "occurred_at"],
                        include=["value", "item_id", "category_id"],
                        name="event_by_subscriber",
                    ),
                ),
            ],
        )
    ]
