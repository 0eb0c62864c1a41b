"""The three roles as groups: marketer, analyst, operator. What each may do is the table below.

Django makes permissions only after all migrations have run, so this one makes those that it grants itself.
Administrators may change the groups afterwards; nothing sets them back.
"""

from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

APPS = ("subscribers", "tracking", "segments", "campaigns", "django_celery_beat")
CHANGE = ("add", "change", "delete", "view")
# Every role sees all of Carillon's own records; secrets of sites are kept back by the doors.
VIEWED = (
    *("site", "place", "attribute", "subscriber", "identity", "pushsubscription"),
    *("eventtype", "event", "eventsummary"),
    *("segment", "membership", "membershipchange"),
    *("campaign", "batch", "delivery"),
)
ROLES: dict[str, set[str]] = {
    "marketer": {
        *(f"{action}_{model}" for action in CHANGE for model in ("segment", "campaign", "place")),
        *("change_attribute", "change_eventtype", "launch_campaign", "send_test_campaign"),
    },
    "analyst": {"export_subscriber"},
    "operator": {
        *(f"{action}_{model}" for action in CHANGE for model in ("site", "place", "attribute")),
        *(f"{action}_{model}" for action in CHANGE for model in ("periodictask", "intervalschedule")),
        *(f"{action}_{model}" for action in CHANGE for model in ("crontabschedule", "clockedschedule")),
        *("change_eventtype", "launch_campaign"),
    },
}


def make_roles(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    database = schema_editor.connection.alias
    for label in APPS:
        _make_permissions(apps, label, database)
    grant_roles(apps, database)


def grant_roles(apps: Apps, database: str) -> None:
    """Make the groups, of permissions that exist. Tests call it too, after they emptied the database."""
    permission = apps.get_model("auth", "Permission")
    group = apps.get_model("auth", "Group")
    ours = permission.objects.using(database).filter(content_type__app_label__in=APPS)
    viewable = {f"view_{model}" for model in VIEWED}
    for name, codenames in ROLES.items():
        role, _ = group.objects.using(database).get_or_create(name=name)
        role.permissions.add(*ours.filter(codename__in=codenames | viewable))


def remove_roles(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    groups = apps.get_model("auth", "Group").objects.using(schema_editor.connection.alias)
    groups.filter(name__in=ROLES).delete()


def _make_permissions(apps: Apps, label: str, database: str) -> None:
    """`create_permissions` passes over apps without a models module, which those of a migration never have."""
    app = apps.get_app_config(label)
    app.models_module = True
    create_permissions(app, verbosity=0, using=database, apps=apps)


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
        ("subscribers", "0001_initial"),
        ("tracking", "0001_initial"),
        ("segments", "0001_initial"),
        ("campaigns", "0001_initial"),
    ]
    operations = [migrations.RunPython(make_roles, remove_roles)]
