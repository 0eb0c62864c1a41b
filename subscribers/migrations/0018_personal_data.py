"""What is personal, and how long it is kept. Sites that are there keep showing what they showed, and all that they keep."""

import django.contrib.postgres.fields
import django.core.validators
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import subscribers.models


def show_as_before(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("subscribers", "Site").objects.using(schema_editor.connection.alias).update(
        personal_fields=[]
    )


class Migration(migrations.Migration):
    dependencies = [
        ("subscribers", "0017_sealed_secrets"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="subscriber",
            options={
                "permissions": [
                    ("export_subscriber", "Can export subscribers"),
                    ("erase_subscriber", "Can erase subscribers for good"),
                    ("view_personal_data", "Can see what is marked personal"),
                ]
            },
        ),
        migrations.AddField(
            model_name="attribute",
            name="personal",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Its values are shown to those alone who may see personal data",
            ),
        ),
        migrations.AddField(
            model_name="site",
            name="keep_delivery_weeks",
            field=models.PositiveIntegerField(
                blank=True,
                db_default=0,
                default=0,
                help_text="After it reports count as before, but nobody can tell whom a push went to; 0: all is kept",
                validators=[django.core.validators.MaxValueValidator(5200)],
                verbose_name="keep who was sent what, in weeks",
            ),
        ),
        migrations.AddField(
            model_name="site",
            name="keep_event_weeks",
            field=models.PositiveIntegerField(
                blank=True,
                db_default=0,
                default=0,
                help_text="Older ones are forgotten, how often each thing happened is not; 0: all are kept",
                validators=[django.core.validators.MaxValueValidator(5200)],
                verbose_name="keep events, in weeks",
            ),
        ),
        migrations.AddField(
            model_name="site",
            name="keep_idle_days",
            field=models.PositiveIntegerField(
                blank=True,
                db_default=0,
                default=0,
                help_text="Visitors who never said who they are, and have no device, are erased after it; 0: all are kept",
                validators=[django.core.validators.MaxValueValidator(36500)],
                verbose_name="keep visitors who stay away, in days",
            ),
        ),
        migrations.AddField(
            model_name="site",
            name="personal_fields",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("email", "Email address"),
                        ("external_id", "Customer id"),
                        ("place", "City and whereabouts"),
                    ],
                    max_length=20,
                ),
                blank=True,
                default=subscribers.models.default_personal_fields,
                help_text="Shown to those alone who may see personal data, like attributes that are marked so",
                size=None,
                verbose_name="personal in profiles",
            ),
        ),
        migrations.AddField(
            model_name="site",
            name="log_begins_at",
            field=models.DateTimeField(
                editable=False, help_text="Before it, this site’s part of the log knows nothing", null=True
            ),
        ),
        migrations.RunPython(show_as_before, migrations.RunPython.noop),
    ]
