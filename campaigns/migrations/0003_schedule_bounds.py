"""Days at the ends of the calendar cannot be read on every clock on earth."""

import datetime as dt

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import migrations, models

HINT = "Choose a day in the years from 2000 to 2999."


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0002_roles")]

    operations = [
        migrations.AlterField(
            model_name="campaign",
            name="local_date",
            field=models.DateField(
                "date",
                null=True,
                blank=True,
                validators=[
                    MinValueValidator(dt.date(2000, 1, 1), HINT),
                    MaxValueValidator(dt.date(2999, 12, 31), HINT),
                ],
            ),
        ),
        migrations.AlterField(
            model_name="campaign",
            name="send_at",
            field=models.DateTimeField(
                "moment",
                null=True,
                blank=True,
                validators=[
                    MinValueValidator(dt.datetime(2000, 1, 1, tzinfo=dt.UTC), HINT),
                    MaxValueValidator(dt.datetime(2999, 12, 31, 23, 59, 59, 999999, tzinfo=dt.UTC), HINT),
                ],
            ),
        ),
    ]
