"""The whole path: claimed rows, rendered, encrypted, handed over, receipts and events written; by processes like workers."""

import json
import subprocess
import sys
import time
from contextlib import suppress
from typing import NamedTuple

import psutil
from django.db import connection
from django.utils import timezone

from bench.delivery.rivals import Keys, Speed
from bench.delivery.sink import HOST, Sink
from campaigns.lifecycle import launch_campaign
from campaigns.models import Campaign, Occurrence
from campaigns.planning import plan_campaign
from subscribers.models import Site
from tracking.partitions import prepare_partitions

_PEOPLE = """
INSERT INTO subscribers_subscriber (
    site_id, uuid, external_id, email, country, region, city, timezone, language, source, attributes,
    created_at, last_seen_at)
SELECT %s, gen_random_uuid(), '', '', 'DE', '', '', 'Europe/Berlin', 'de', 'import',
    jsonb_build_object('first_name', 'Name ' || number %% 500, 'loyalty_tier', 'gold', 'lifetime_value', number),
    now() - INTERVAL '90 days', now()
FROM generate_series(1, %s) AS number
"""
_DEVICES = """
INSERT INTO subscribers_pushsubscription (
    subscriber_id, id, endpoint, p256dh, auth, kind, os, browser, end_reason, created_at, last_seen_at)
SELECT person.id, gen_random_uuid(), %s || person.id || '-' || repeat('x', 100),
    (%s::text[])[1 + person.id %% %s], (%s::text[])[1 + person.id %% %s], 'desktop', '', '', '', now(), now()
FROM subscribers_subscriber AS person WHERE person.site_id = %s
"""
SAME = "The same for everybody"
PERSONAL = "{{ subscriber.first_name | default: 'You' }}, your cart is waiting"


class Run(NamedTuple):
    """A worker's own account of its part."""

    messages: int
    cpu: float
    peak_mib: float


def make_site(people: int, keys: list[Keys]) -> Site:
    """A site with so many people of one device each."""
    site = Site.objects.create(
        name=f"Sending to {people:,}, {time.time():.0f}",
        url="https://shop.example",
        contact_email="push@shop.example",
    )
    points, secrets = [key.p256dh for key in keys], [key.auth for key in keys]
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, [site.pk, people])
        cursor.execute(_DEVICES, [f"https://{HOST}/push/", points, len(keys), secrets, len(keys), site.pk])
        cursor.execute("VACUUM (ANALYZE) subscribers_subscriber, subscribers_pushsubscription")
    prepare_partitions(now=timezone.now())
    return site


def time_path(site: Site, sink: Sink, title: str, *, workers: int) -> tuple[Speed, float]:
    """Send a campaign to everybody of a site; how fast that went, and the largest worker's memory in MiB."""
    command = [sys.executable, "-m", "bench.delivery.worker", str(sink.port), sink.certificate]
    started = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603
        for _ in range(workers)
    ]
    for process in started:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    campaign = _launch(site, title)
    before, began = _read_database_cpu(), time.perf_counter()
    for process in started:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    runs = [Run(*json.loads(process.communicate()[0])) for process in started]
    took, database = time.perf_counter() - began, _read_database_cpu() - before
    sent = sum(run.messages for run in runs)
    run = Occurrence.objects.get(campaign=campaign)
    assert run.sent == sent == run.audience, (run.sent, sent, run.audience)
    name = f"the whole path, {'one worker' if workers == 1 else f'{workers} workers'}, "
    name += "the same for all" if title == SAME else "by first name"
    return Speed(name, sent, took, sum(run.cpu for run in runs), database), max(run.peak_mib for run in runs)


def _launch(site: Site, title: str) -> Campaign:
    now = timezone.now()
    campaign = Campaign.objects.create(
        site=site,
        name="Bench",
        title=title,
        body="Come back and take 10 % off.",
        link_url="https://shop.example/cart",
    )
    plan_campaign(launch_campaign(campaign, now=now), now=now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE campaigns_delivery")
    return campaign


def _read_database_cpu() -> float:
    """Seconds that PostgreSQL's processes have used, those that ended included."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    server = psutil.Process(pid).parent()
    assert server is not None
    total = 0.0
    for child in server.children():
        with suppress(psutil.NoSuchProcess):  # it is in the server's own account a moment later
            times = child.cpu_times()
            total += times.user + times.system
    mine = server.cpu_times()
    return total + mine.user + mine.system + mine.children_user + mine.children_system
