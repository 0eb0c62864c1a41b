from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0018_personal_data")]

    operations = [
        migrations.AddIndex(
            "subscriber",
            models.Index(fields=["site"], condition=~models.Q(claimed_id=""), name="subscriber_claims"),
        ),
    ]
