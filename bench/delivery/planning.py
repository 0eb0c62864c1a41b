"""How long it takes to plan a campaign, and in how much memory: `python -m bench.server python -m bench.delivery.planning`.

Two campaigns to the same people, in all time zones there are. The first has nothing but a local time. The second has all
that can be asked of planning: two versions, a control group and a holdout, quiet hours, and a frequency cap under which
each person's push of the first one counts. Each is planned in a process of its own, like a worker's.
"""

import argparse
import datetime as dt
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from campaigns.lifecycle import launch_campaign  # noqa: E402
from campaigns.models import Campaign, FrequencyCap, SendingPolicy, Variant  # noqa: E402
from campaigns.planning import plan_campaign  # noqa: E402
from config.celery import spare_the_collector  # noqa: E402
from subscribers.models import Site  # noqa: E402
from subscribers.timezones import list_timezones  # noqa: E402

SIZES = (100_000, 1_000_000)

# One in twenty has no known time zone.
_PEOPLE = """
INSERT INTO subscribers_subscriber (
    site_id, uuid, external_id, email, country, region, city, timezone, language, source, attributes,
    created_at, last_seen_at)
SELECT %s, gen_random_uuid(), '', '', '', '', '',
    CASE WHEN random() < 0.05 THEN '' ELSE (%s::text[])[1 + floor(random() * %s)::int] END,
    '', 'import', '{}', now() - INTERVAL '90 days', now()
FROM generate_series(1, %s)
"""
# One person in twenty never had a device, one in twenty has none any more, one in five has two.
_DEVICES = """
INSERT INTO subscribers_pushsubscription (
    subscriber_id, id, endpoint, p256dh, auth, kind, os, browser, end_reason, created_at, last_seen_at, ended_at)
SELECT person.id, gen_random_uuid(), 'https://push.example/' || person.id || '-' || number, 'key', 'auth', 'desktop',
    '', '', CASE WHEN person.id %% 20 = 1 THEN 'gone' ELSE '' END, now(), now(),
    CASE WHEN person.id %% 20 = 1 THEN now() END
FROM subscribers_subscriber AS person, generate_series(1, CASE WHEN person.id %% 5 = 2 THEN 2 ELSE 1 END) AS number
WHERE person.site_id = %s AND person.id %% 20 <> 0
"""


class Planning(NamedTuple):
    """What planning one campaign took; times in seconds: on the clock, of the worker's CPU and of the database's."""

    name: str
    people: int
    planned: int
    took: float
    worker_cpu: float
    database_cpu: float
    peak_mib: float


def measure_planning(people: int) -> list[Planning]:
    """Plan two campaigns to so many people of a site that is made for it."""
    site = _make_site(people)
    return [_plan_apart(make(site)) for make in (_make_plain, _make_demanding)]


def plan_here(campaign_id: int) -> Planning:
    """Plan a launched campaign in this process."""
    spare_the_collector()  # as in every worker
    campaign = Campaign.objects.get(pk=campaign_id)
    backend = _find_backend()
    began, began_cpu, began_database = time.monotonic(), time.process_time(), _read_cpu(backend)
    run = plan_campaign(campaign, now=timezone.now())
    took, cpu = time.monotonic() - began, time.process_time() - began_cpu
    assert run is not None
    database_cpu = _read_cpu(backend) - began_database
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Planning(campaign.name, run.audience, run.waiting, took, cpu, database_cpu, peak)


def print_planning(rows: list[Planning]) -> None:
    print(
        "| campaign | people | planned | took, s | CPU of worker + database, s | people a second | peak memory, MiB |"
    )
    print("|---|--:|--:|--:|--:|--:|--:|")
    for row in rows:
        print(
            f"| {row.name} | {row.people:,} | {row.planned:,} | {row.took:.1f} "
            f"| {row.worker_cpu:.1f} + {row.database_cpu:.1f} | {row.people / row.took:,.0f} | {row.peak_mib:.0f} |"
        )


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench-planning", description=__doc__)
    parser.add_argument("--people", type=int, nargs="*", default=SIZES)
    parser.add_argument(
        "--campaign", type=int, help="plan this one and say what it took; the bench asks itself"
    )
    options = parser.parse_args()
    if options.campaign:
        print(json.dumps(plan_here(options.campaign)))
        return 0
    call_command("migrate", verbosity=0)
    print_planning([row for people in options.people for row in measure_planning(people)])
    return 0


def _find_backend() -> int:
    """The process of the database that works for this one; both are on this machine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    return int(pid)


def _read_cpu(pid: int) -> float:
    """The CPU time of a process so far, from Linux (proc(5): utime and stime, after the name in brackets)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _make_site(people: int) -> Site:
    site = Site.objects.create(
        name=f"Planning of {people:,}, {time.time():.0f}",
        url="https://shop.example",
        contact_email="push@shop.example",
        timezone="Europe/Berlin",
    )
    zones = sorted(list_timezones())
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, [site.pk, zones, len(zones), people])
        cursor.execute(_DEVICES, [site.pk])
        cursor.execute("VACUUM (ANALYZE) subscribers_subscriber, subscribers_pushsubscription")
    return site


def _make_plain(site: Site) -> Campaign:
    return _launch(Campaign(site=site, name="Local time"))


def _make_demanding(site: Site) -> Campaign:
    SendingPolicy.objects.create(
        site=site, quiet_from=dt.time(22), quiet_until=dt.time(9, 30), holdout_percent=5
    )
    FrequencyCap.objects.create(site=site, limit=2, window=dt.timedelta(days=1))
    campaign = Campaign.objects.create(site=site, name="Everything", title="Hello", holdout_percent=5)
    Variant.objects.create(campaign=campaign, letter="B", title="Good morning")
    return _launch(campaign)


def _launch(campaign: Campaign) -> Campaign:
    now = timezone.now()
    campaign.title = "Hello"
    campaign.schedule = Campaign.Schedule.LOCAL
    campaign.local_date, campaign.local_time = now.date() + dt.timedelta(days=2), dt.time(9)
    campaign.save()
    return launch_campaign(campaign, now=now)


def _plan_apart(campaign: Campaign) -> Planning:
    command = [sys.executable, "-m", "bench.delivery.planning", "--campaign", str(campaign.pk)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    return Planning(*json.loads(done.stdout.splitlines()[-1]))


if __name__ == "__main__":
    sys.exit(main())
