from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0016_proven_identities")]

    operations = [
        migrations.AddIndex(
            "subscriber",
            models.Index(fields=["site"], condition=~models.Q(claimed_id=""), name="subscriber_claims"),
        ),
    ]
