"""A page that is merely looked at changes nothing: else a picture on a stranger's page would do it, in the name of who sees it."""

import pytest
from django.db import connection
from django.test import Client

from tests import factories
from tests.access.addresses import list_addresses
from tests.access.world import make_world

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
# That somebody looked is noted; what is counted anew for who looks (the audience of a dry run) is nobody's decision.
NOTED = {"signin_staffsession", "access_auditentry"}
COUNTED = {"campaigns_dryrun", "segments_segment", "segments_segmentday", "subscribers_subscriberchange"}
DIGEST = "SELECT coalesce(md5(string_agg(row::text, chr(10) ORDER BY row::text)), '') FROM \"{}\" AS row"


def read_tables() -> dict[str, str]:
    """A digest of each table. Of segments, what people decided."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        names = {name for (name,) in cursor.fetchall()} - NOTED - COUNTED
        found = {}
        for name in sorted(names):
            cursor.execute(DIGEST.format(name))
            found[name] = cursor.fetchone()[0]
        cursor.execute("SELECT id, name, description, rule, kind, site_id FROM segments_segment ORDER BY id")
        return {**found, "segments": repr(cursor.fetchall())}


def test_no_page_that_is_merely_looked_at_changes_anything() -> None:
    world, client = make_world("okapi"), Client()
    client.force_login(factories.make_user(is_superuser=True))
    client.get("/admin/")
    before, changed, shown = read_tables(), [], 0
    for address in list_addresses():
        path = address.fill(world)
        answer = client.get(path)
        if answer.streaming:
            b"".join(answer.streaming_content)  # type: ignore[attr-defined]
        shown += answer.status_code == 200
        after = read_tables()
        changed += [(path, table) for table in after if after[table] != before[table]]
        before = after

    assert changed == []
    assert shown > 100
