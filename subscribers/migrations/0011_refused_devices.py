"""How often a device was refused; a contact address that every push service takes."""

from django.db import migrations, models

import subscribers.contacts


class Migration(migrations.Migration):
    dependencies = [
        ("subscribers", "0010_attributes_as_sent"),
    ]

    operations = [
        migrations.AddField(
            model_name="pushsubscription",
            name="refusals",
            field=models.PositiveSmallIntegerField(
                db_default=0,
                default=0,
                help_text="How often in a row its push service refused it, and it alone",
            ),
        ),
        migrations.AlterField(
            model_name="pushsubscription",
            name="end_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("unsubscribed", "The person unsubscribed"),
                    ("gone", "The push service says it is gone"),
                    ("replaced", "The device subscribed anew"),
                    ("refused", "The push service refused it again and again"),
                ],
                default="",
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="site",
            name="contact_email",
            field=models.EmailField(
                help_text="Push services write here if something is wrong with your messages (RFC 8292).",
                max_length=254,
                validators=[subscribers.contacts.validate_contact],
            ),
        ),
    ]
