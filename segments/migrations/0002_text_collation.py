"""The collation under which rules compare text: one lower case for each character, the same on every server."""

from django.db import migrations

# PostgreSQL 17 brought its own Unicode tables; before that the C library's are the nearest.
CREATE = """
DO $$ BEGIN
    IF current_setting('server_version_num')::integer >= 170000 THEN
        CREATE COLLATION IF NOT EXISTS carillon_text (provider = builtin, locale = 'C.UTF-8');
    ELSE
        CREATE COLLATION IF NOT EXISTS carillon_text (provider = libc, locale = 'C.UTF-8');
    END IF;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("segments", "0001_initial")]

    operations = [migrations.RunSQL(CREATE, "DROP COLLATION carillon_text")]
