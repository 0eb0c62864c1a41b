"""Indexes for counting segments: who is alive, active devices by kind, and the sample of people that estimates look at."""

from django.db import migrations, models

# The sample is that of segments/rules/samples.py.
SAMPLED = """
CREATE INDEX subscriber_sampled ON subscribers_subscriber (site_id, id)
    WHERE (hashint8(id) & 127) < 13 AND merged_into_id IS NULL;
CREATE INDEX subscription_sampled ON subscribers_pushsubscription (subscriber_id, kind)
    WHERE (hashint8(subscriber_id) & 127) < 13 AND ended_at IS NULL;
"""
UNSAMPLED = "DROP INDEX subscriber_sampled; DROP INDEX subscription_sampled"


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0003_search_by_email")]

    operations = [
        migrations.AddIndex(
            model_name="pushsubscription",
            index=models.Index(
                fields=["subscriber", "kind"],
                condition=models.Q(ended_at__isnull=True),
                name="subscription_active",
            ),
        ),
        migrations.AddIndex(
            model_name="subscriber",
            index=models.Index(
                fields=["site", "id"],
                condition=models.Q(merged_into__isnull=True),
                name="subscriber_living",
            ),
        ),
        migrations.RunSQL(SAMPLED, UNSAMPLED),
    ]
