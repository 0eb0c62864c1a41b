"""Sites' private keys for push, and their identity secrets, are sealed with a key from the environment (subscribers/sealing.py)."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import subscribers.models
import subscribers.sealed_fields
import subscribers.vapid


def seal(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """What is not sealed is, as it is saved."""
    for site in apps.get_model("subscribers", "Site").objects.using(schema_editor.connection.alias):
        site.save(update_fields=["vapid_private_key"])
    for row in apps.get_model("subscribers", "IdentitySecret").objects.using(schema_editor.connection.alias):
        row.save(update_fields=["secret"])


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0016_proven_identities")]

    operations = [
        migrations.AlterField(
            model_name="site",
            name="vapid_private_key",
            field=subscribers.sealed_fields.SealedField(
                default=subscribers.vapid.make_vapid_key, purpose="private key for push"
            ),
        ),
        migrations.AlterField(
            model_name="identitysecret",
            name="secret",
            field=subscribers.sealed_fields.SealedField(
                default=subscribers.models.make_identity_secret, purpose="identity secret"
            ),
        ),
        migrations.RunPython(seal, migrations.RunPython.noop),
    ]
