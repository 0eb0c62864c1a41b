"""When somebody turned out to be somebody else, for those who follow what people did."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0006_leaner_indexes")]

    operations = [
        migrations.AddField(
            model_name="subscriber",
            name="merged_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="subscriber",
            index=models.Index(
                condition=models.Q(("merged_at__isnull", False)),
                fields=["site", "merged_at"],
                name="subscriber_merged",
            ),
        ),
    ]
