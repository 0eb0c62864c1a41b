"""Campaigns are named by a small table of their own; those that have sent already are read off the log, once."""

import django.db.models.deletion
from django.db import migrations, models

LEARN_FROM_LOG = r"""
INSERT INTO tracking_messagecampaign (site_id, campaign, name)
SELECT DISTINCT ON (type.site_id, campaign)
       type.site_id, (event.properties ->> 'campaign')::bigint AS campaign, event.properties ->> 'campaign_name'
FROM tracking_event AS event
JOIN tracking_eventtype AS type ON type.id = event.event_type_id
WHERE starts_with(type.name, '$push_')
  AND event.properties ->> 'campaign' ~ '^\d{1,18}$'
  AND length(event.properties ->> 'campaign_name') <= 128
ORDER BY type.site_id, campaign, event.occurred_at DESC
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0001_initial"), ("tracking", "0002_replays_and_failures")]

    operations = [
        migrations.CreateModel(
            name="MessageCampaign",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "campaign",
                    models.BigIntegerField(help_text="The `campaign` in the properties of message events"),
                ),
                ("name", models.CharField(max_length=128)),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="message_campaigns",
                        to="subscribers.site",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("site", "campaign"), name="message_campaign_once_per_site"
                    )
                ],
            },
        ),
        migrations.RunSQL(LEARN_FROM_LOG, migrations.RunSQL.noop),
    ]
