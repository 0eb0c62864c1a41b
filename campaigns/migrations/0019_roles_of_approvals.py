"""Marketers and operators may give what somebody else wrote their approval; everybody sees what was approved."""

from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

ROLES = {
    "marketer": ("approve_campaign", "view_campaignapproval"),
    "analyst": ("view_campaignapproval",),
    "operator": ("approve_campaign", "view_campaignapproval"),
}


def extend_roles(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    database = schema_editor.connection.alias
    app = apps.get_app_config("campaigns")
    app.models_module = True  # `create_permissions` passes over apps without one, as those of migrations are
    create_permissions(app, verbosity=0, using=database, apps=apps)
    grant_roles(apps, database)


def grant_roles(apps: Apps, database: str) -> None:
    """Give the groups that are still there what is new. Tests call it too, after they emptied the database."""
    permission = apps.get_model("auth", "Permission")
    ours = permission.objects.using(database).filter(content_type__app_label="campaigns")
    for role in apps.get_model("auth", "Group").objects.using(database).filter(name__in=ROLES):
        role.permissions.add(*ours.filter(codename__in=ROLES[role.name]))


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0018_approvals"), ("auth", "0012_alter_user_first_name_max_length")]
    operations = [migrations.RunPython(extend_roles, migrations.RunPython.noop)]
