"""Values of hot properties that no event has any more can be told: those of now are taken to be used now."""

from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [("tracking", "0012_attempts_at_the_inbox")]

    operations = [
        migrations.AddField(
            "propertyvalue",
            "seen_at",
            models.DateTimeField(
                db_default=Now(), help_text="When an event with it was received last, to within a week"
            ),
        )
    ]
