"""Operators may invite people to the sites that they look after."""

from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

GRANTED = ("view_invitation", "add_invitation")


def extend_roles(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    database = schema_editor.connection.alias
    app = apps.get_app_config("signin")
    app.models_module = True  # `create_permissions` passes over apps without one, as those of migrations are
    create_permissions(app, verbosity=0, using=database, apps=apps)
    permission = apps.get_model("auth", "Permission")
    ours = permission.objects.using(database).filter(content_type__app_label="signin", codename__in=GRANTED)
    for role in apps.get_model("auth", "Group").objects.using(database).filter(name="operator"):
        role.permissions.add(*ours)


class Migration(migrations.Migration):
    dependencies = [
        ("signin", "0001_signing_in"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("campaigns", "0002_roles"),
    ]
    operations = [migrations.RunPython(extend_roles, migrations.RunPython.noop)]
