"""Who erases people, who takes all that is held of one along, and who sees what is marked personal.

Operators erase and export; marketers and operators see what is personal. Analysts do not: attributes that were there
before are not marked, so that they see of these what they saw.
"""

from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

GRANTED = {
    "marketer": {"view_personal_data"},
    "operator": {"view_personal_data", "erase_subscriber", "export_subscriber"},
}


def extend_roles(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    database = schema_editor.connection.alias
    app = apps.get_app_config("subscribers")
    app.models_module = True  # `create_permissions` passes over apps without one, as those of migrations are
    create_permissions(app, verbosity=0, using=database, apps=apps)
    grant_roles(apps, database)


def grant_roles(apps: Apps, database: str) -> None:
    """Give the groups that are still there what is new. Tests call it too, after they emptied the database."""
    ours = apps.get_model("auth", "Permission").objects.using(database)
    for role in apps.get_model("auth", "Group").objects.using(database).filter(name__in=GRANTED):
        role.permissions.add(
            *ours.filter(content_type__app_label="subscribers", codename__in=GRANTED[role.name])
        )


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0016_deliveries_of_nobody"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("subscribers", "0018_personal_data"),
    ]
    operations = [migrations.RunPython(extend_roles, migrations.RunPython.noop)]
