import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tracking", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="AppliedOperation",
            fields=[
                (
                    "key",
                    models.UUIDField(
                        primary_key=True, serialize=False, help_text="Digest of site, sender and operation id"
                    ),
                ),
                ("applied_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.BrinIndex(fields=["applied_at"], name="operation_applied")
                ],
            },
        ),
        migrations.AddField(
            model_name="inboxitem",
            name="failed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="inboxitem",
            name="failure",
            field=models.CharField(
                blank=True, default="", max_length=300, help_text="Where the code gave up"
            ),
        ),
    ]
