"""Second factors from before they were sealed are (signin/sealed_factors.py)."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from subscribers.sealing import is_sealed, seal

PURPOSE = "second factor"


def seal_factors(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    rows = apps.get_model("mfa", "Authenticator").objects.using(schema_editor.connection.alias)
    for row in rows.filter(type__in=("totp", "recovery_codes")).select_for_update():
        row.data = {name: _seal_value(name, value) for name, value in row.data.items()}
        row.save(update_fields=["data"])


def _seal_value(name: str, value: object) -> object:
    if name == "migrated_codes" and isinstance(value, list):
        return [_seal_text(each) for each in value]
    return _seal_text(value) if name in {"secret", "seed"} else value


def _seal_text(text: object) -> object:
    return seal(text, PURPOSE) if isinstance(text, str) and not is_sealed(text) else text


class Migration(migrations.Migration):
    dependencies = [("signin", "0002_operators_invite"), ("mfa", "0003_authenticator_type_uniq")]

    operations = [migrations.RunPython(seal_factors, migrations.RunPython.noop)]
