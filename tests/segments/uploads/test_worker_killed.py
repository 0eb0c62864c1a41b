"""kill -9 of a real Celery worker in the middle of a file, several times: everybody is on the list, once."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection

from segments.models import MembershipChange, SegmentUpload
from segments.tasks import run_uploads
from subscribers.models import Site
from tests.factories import make_list
from tests.segments.uploads.files import confirm, run, write_file

PEOPLE = 30_000
KILLS = 3
MAKE_PEOPLE = """
INSERT INTO subscribers_subscriber (site_id, uuid, external_id, email, country, region, city, timezone, language, source,
                                    attributes, created_at, last_seen_at)
SELECT %s, gen_random_uuid(), 'u-' || number, '', '', '', '', '', '', '', '{}', now(), now()
FROM generate_series(1, %s) AS number
"""


@contextmanager
def _worker() -> Iterator[subprocess.Popen[bytes]]:
    url = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{connection.settings_dict['NAME']}"
    command = "-A config worker --queues planning --pool solo --loglevel error --without-gossip --without-mingle --without-heartbeat"
    process = subprocess.Popen(
        [sys.executable, "-m", "celery", *command.split()],
        env={**os.environ, "DATABASE_URL": url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _wait_for_progress(upload: SegmentUpload) -> None:
    """Tick as beat does: a message can die with the worker that had just been handed it."""
    before, ends_at, next_tick = upload.done_count, time.monotonic() + 120, 0.0
    while upload.done_count == before:
        now = time.monotonic()
        assert now < ends_at, "the worker did nothing"
        if now >= next_tick:
            run_uploads.delay()
            next_tick = now + 1
        time.sleep(0.005)
        upload.refresh_from_db()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_of_a_file_loses_and_doubles_nobody(site: Site) -> None:
    with connection.cursor() as cursor:
        cursor.execute(MAKE_PEOPLE, [site.pk, PEOPLE])
        cursor.execute("ANALYZE subscribers_subscriber")
    segment = make_list(site)
    upload = confirm(segment, write_file(*(f"u-{number}" for number in range(1, PEOPLE + 1)), "nobody"))

    for _ in range(KILLS):
        with _worker() as worker:
            _wait_for_progress(upload)
            time.sleep(0.05)  # into the next chunk
            worker.kill()
            worker.wait()
    assert upload.state == SegmentUpload.State.RUNNING
    run(upload)

    segment.refresh_from_db()
    assert segment.memberships.count() == segment.member_count == PEOPLE
    assert MembershipChange.objects.filter(segment=segment).count() == PEOPLE
    assert (upload.added, upload.failed, upload.done_count) == (PEOPLE, 1, PEOPLE + 1)
