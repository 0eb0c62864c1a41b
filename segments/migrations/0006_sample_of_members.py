"""A small part of the fixed sample of people, so that segments of millions are compared at a glance."""

from django.db import migrations

# The part is that of segments/looking/sampling.py.
SAMPLED = """
CREATE INDEX membership_sampled ON segments_membership (segment_id, subscriber_id)
    WHERE (hashint8(subscriber_id) & 127) < 2;
CREATE INDEX membership_change_sampled ON segments_membershipchange (segment_id, changed_at)
    INCLUDE (subscriber_id) WHERE (hashint8(subscriber_id) & 127) < 2;
"""
UNSAMPLED = "DROP INDEX membership_sampled; DROP INDEX membership_change_sampled"


class Migration(migrations.Migration):
    dependencies = [("segments", "0005_looking_at_segments")]

    operations = [migrations.RunSQL(SAMPLED, UNSAMPLED)]
