"""Names are believed with a proof only: secrets that can be changed, what a visitor merely claims, a setting to trust all."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Now

import subscribers.models

# What was signed until now had no time, and is taken for a while yet.
KEEP_SECRETS = """
INSERT INTO subscribers_identitysecret (site_id, secret, signs_v1, made_at)
SELECT id, identity_secret, true, created_at FROM subscribers_site
"""
PUT_BACK = """
UPDATE subscribers_site AS site SET identity_secret = newest.secret
FROM (SELECT DISTINCT ON (site_id) site_id, secret FROM subscribers_identitysecret ORDER BY site_id, id DESC) AS newest
WHERE newest.site_id = site.id
"""


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0015_clocks_that_are_off")]

    operations = [
        migrations.CreateModel(
            name="IdentitySecret",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "secret",
                    models.CharField(default=subscribers.models.make_identity_secret, editable=False, max_length=64),
                ),
                (
                    "signs_v1",
                    models.BooleanField(
                        db_default=False, default=False, editable=False,
                        help_text="It was in use before signatures had a time",
                    ),
                ),
                ("made_at", models.DateTimeField(db_default=Now(), editable=False)),
                ("retires_at", models.DateTimeField(editable=False, help_text="None: it stays in use", null=True)),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="identity_secrets",
                        to="subscribers.site",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(KEEP_SECRETS, PUT_BACK),
        migrations.RemoveField("site", "identity_secret"),
        migrations.RemoveField("site", "require_signature"),
        migrations.AddField(
            "site",
            "trusts_names",
            models.BooleanField(
                db_default=False, default=False, verbose_name="anyone may say who they are",
                help_text="Not safe: whoever knows or guesses a customer’s id gets that customer’s messages. "
                "Leave it off, and let your backend sign ids.",
            ),
        ),
        migrations.AddField(
            "subscriber",
            "claimed_id",
            models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=200,
                help_text="Whose customer id a visitor has given without a proof: of no consequence but in rules",
            ),
        ),
        migrations.AlterField(
            "pushsubscription",
            "end_reason",
            models.CharField(
                blank=True,
                choices=[
                    ("unsubscribed", "The person unsubscribed"),
                    ("gone", "The push service says it is gone"),
                    ("replaced", "The device subscribed anew"),
                    ("refused", "The push service refused it again and again"),
                    ("contested", "It is somebody else's device: the keys are not that device's"),
                ],
                default="",
                max_length=20,
            ),
        ),
    ]  # fmt: skip
