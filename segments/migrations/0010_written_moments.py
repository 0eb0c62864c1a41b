"""Texts in which events tell moments are kept as they were sent; this reads them (segments/rules/written_moments.py)."""

from django.db import migrations

from segments.rules.written_moments import DROP_FUNCTION, MAKE_FUNCTION


class Migration(migrations.Migration):
    dependencies = [("segments", "0009_visible_names")]
    operations = [migrations.RunSQL([(MAKE_FUNCTION, None)], DROP_FUNCTION)]
