"""Deliveries of people who are erased go on under a number that is nobody's: moved from one to the other, nothing is counted."""

from django.db import migrations

FUNCTIONS = ("campaigns_count_outcomes", "campaigns_count_reactions")
# A function of plpgsql is given its first statement anew, whatever it says otherwise.
PATCH = """
DO $$
DECLARE
    source text;
BEGIN
    SELECT pg_get_functiondef('{name}'::regproc) INTO source;
    IF position('carillon.moving' IN source) = 0 THEN
        source := regexp_replace(source, E'\\nBEGIN\\n',
            E'\\nBEGIN\\n    IF current_setting(''carillon.moving'', true) = ''on'' THEN RETURN NULL; END IF;\\n');
        EXECUTE source;
    END IF;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0015_roles_of_set_aside")]
    operations = [migrations.RunSQL(PATCH.format(name=name), migrations.RunSQL.noop) for name in FUNCTIONS]
