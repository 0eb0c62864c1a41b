"""The rows that were there before 0009 are looked through, while others go on writing."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0009_unwritten_is_skipped")]

    operations = [ValidateConstraint("delivery", "delivery_ended_otherwise_has_a_reason")]
