"""What was typed for a schedule that is not the one chosen is forgotten, in stored campaigns and their runs."""

from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

_ONE_INSTANT = ("now", "instant")
# Which campaigns do not have these fields, and what they hold then.
_FORGOTTEN: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"schedule__in": ("now", "local", "recurring")}, {"send_at": None}),
    (
        {"schedule__in": _ONE_INSTANT},
        {"local_date": None, "local_time": None, "late_policy": "send_if_within"},
    ),
    ({"schedule__in": _ONE_INSTANT}, {"late_limit_minutes": 60}),
    ({"late_policy__in": ("send_now", "next_day", "skip")}, {"late_limit_minutes": 60}),
    ({"schedule__in": (*_ONE_INSTANT, "local")}, {"repeats": "weekly", "repeat_until": None}),
    ({"schedule__in": (*_ONE_INSTANT, "local")}, {"weekdays": [], "month_day": 1}),
    ({"repeats__in": ("daily", "monthly")}, {"weekdays": []}),
    ({"repeats__in": ("daily", "weekly")}, {"month_day": 1}),
]


def forget_unchosen(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    campaigns = apps.get_model("campaigns", "Campaign").objects
    for without, values in _FORGOTTEN:
        campaigns.filter(**without).update(**values)
    of_one_instant = {"campaign__schedule__in": _ONE_INSTANT}
    apps.get_model("campaigns", "Occurrence").objects.filter(
        **of_one_instant, local_date__isnull=False
    ).update(local_date=None)
    # They are worked out anew when somebody looks.
    apps.get_model("campaigns", "DryRun").objects.filter(**of_one_instant).delete()


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0011_visible_names")]

    operations = [migrations.RunPython(forget_unchosen, migrations.RunPython.noop, elidable=True)]
