from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="pushsubscription",
            name="browser_uuid",
            field=models.UUIDField(
                blank=True, null=True, help_text="The anonymous identity of the browser that registered it"
            ),
        ),
    ]
