from django.contrib.postgres.indexes import OpClass
from django.db import migrations, models
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0002_browser_of_subscription")]

    operations = [
        migrations.AddIndex(
            model_name="subscriber",
            index=models.Index(OpClass(Upper("email"), name="text_pattern_ops"), name="subscriber_email"),
        ),
    ]
