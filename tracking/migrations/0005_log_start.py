from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tracking", "0004_hot_properties")]

    operations = [
        migrations.CreateModel(
            name="LogStart",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("begins_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="log_begins_once")
                ],
            },
        ),
    ]
