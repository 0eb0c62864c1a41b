"""Operators make and revoke their sites' keys, and read the log of what was done there."""

from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

GRANTED = ("view_apikey", "add_apikey", "change_apikey", "view_auditentry")


def extend_roles(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    database = schema_editor.connection.alias
    app = apps.get_app_config("access")
    app.models_module = True  # `create_permissions` passes over apps without one, as those of migrations are
    create_permissions(app, verbosity=0, using=database, apps=apps)
    grant_roles(apps, database)


def grant_roles(apps: Apps, database: str) -> None:
    permission = apps.get_model("auth", "Permission")
    ours = permission.objects.using(database).filter(content_type__app_label="access", codename__in=GRANTED)
    for role in apps.get_model("auth", "Group").objects.using(database).filter(name="operator"):
        role.permissions.add(*ours)


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0002_keys_and_audit"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("campaigns", "0015_roles_of_set_aside"),
    ]
    operations = [migrations.RunPython(extend_roles, migrations.RunPython.noop)]
