"""A campaign is paused where too much fails; once its marketer knows, only where much more does."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0007_reactions")]

    operations = [
        migrations.AddField(
            model_name="occurrence",
            name="failures_noted",
            field=models.PositiveIntegerField(default=0),
        ),
    ]
