"""A stored time zone that is none any more stops nobody: pages and jobs go by UTC, and say so."""

import datetime as dt
import re
from collections import deque
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from django.test import Client

from campaigns.tasks import count_conversions, deliver_due_batches, launch_scheduled_campaigns
from config.overview import find_zone
from segments.following import follow_site
from segments.models import SegmentDay
from subscribers import database_zones
from subscribers.models import Site
from subscribers.timezones import list_timezones
from tests import factories
from tests.campaigns.people import make_reachable, make_running, make_segmented, plan
from tests.factories import NOW
from tests.segments.live import did, has_attribute, make_built

LATER = NOW.date() + dt.timedelta(days=1)
GONE = "Europe/Atlantis"
LEADS_ELSEWHERE = re.compile(r"logout|password_change|/jsi18n|\.csv|export")
LINK = re.compile(r'(?:href|hx-get|data-url|src)="(/admin/[^"#]*)"')


def _crawl(client: Client, start: str, *, most: int) -> dict[str, int]:
    """The status of every kind of page that can be reached by links: one of those that differ in numbers alone."""
    found: dict[str, int] = {}
    kinds, waiting = set[str](), deque([start])
    while waiting and len(found) < most:
        address = waiting.popleft().replace("&amp;", "&")
        kind = re.sub(r"\d+|\?.*", "", address)
        if kind in kinds or LEADS_ELSEWHERE.search(address):
            continue
        kinds.add(kind)
        response = client.get(address)
        found[address] = response.status_code
        if not response.streaming:
            waiting.extend(LINK.findall(response.content.decode()))
    return found


def _rule() -> dict[str, Any]:
    today = {"calendar": "today"}
    return {
        "version": 1,
        "root": {
            "type": "group",
            "match": "any",
            "conditions": [
                has_attribute("tier", "gold")["root"],
                did("purchase", within=today)["root"],
                {"type": "local_time", "between": ["00:00", "23:59"]},
            ],
        },
    }


@pytest.mark.slow
def test_no_page_needs_to_know_the_zone(site: Site, client: Client) -> None:
    person = make_reachable(site, attributes={"tier": "gold"}, timezone=GONE)
    factories.make_event(person, "purchase")
    segment = make_built(site, _rule())
    draft = make_segmented(site, include=[segment], schedule="local", local_date=LATER, local_time=dt.time(9))
    make_running(site, schedule="local", local_date=LATER, local_time=dt.time(9))
    Site.objects.update(timezone=GONE)
    client.force_login(factories.make_user(is_superuser=True, is_staff=True))

    pages = _crawl(client, "/admin/", most=120)
    for start in (
        f"segments/segment/{segment.pk}",
        f"campaigns/campaign/{draft.pk}",
        f"subscribers/site/{site.pk}",
    ):
        pages |= _crawl(client, f"/admin/{start}/change/", most=60)

    assert {address: status for address, status in pages.items() if status >= 500} == {}
    assert len(pages) > 40
    home = client.get("/admin/").content.decode()
    assert f"“{GONE}” is not known on this machine, so UTC is used instead" in home


def test_no_job_needs_to_know_the_zone(site: Site) -> None:
    person = make_reachable(site, attributes={"tier": "gold"}, timezone=GONE)
    segment = make_built(site, _rule())
    campaign = make_segmented(site, schedule="local", local_date=LATER, local_time=dt.time(9))
    Site.objects.update(timezone=GONE)
    plan(campaign)

    follow_site(Site.objects.get(), now=NOW)
    for job in (launch_scheduled_campaigns, deliver_due_batches, count_conversions):
        job()

    assert segment.memberships.filter(subscriber_id=person.pk).exists()
    assert SegmentDay.objects.filter(segment=segment).exists()
    assert campaign.deliveries.get(subscriber_id=person.pk).timezone == "UTC"


def test_a_zone_that_the_database_alone_does_not_know_is_no_reason_to_fail(site: Site) -> None:
    known = "Asia/Tokyo"
    with mock.patch.object(database_zones, "list_database_zones", return_value=frozenset({"UTC"})):
        Site.objects.update(timezone=known)
        assert find_zone(list(Site.objects.all())).key == "UTC"
        assert database_zones.find_database_zone(known) == "UTC"


def test_the_database_can_read_the_clock_of_whatever_is_said_to_be_known_to_it(site: Site) -> None:
    names = [
        database_zones.find_database_zone(name) for name in (*sorted(list_timezones()), GONE, "", "Factory")
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT now() AT TIME ZONE name FROM unnest(%s::text[]) AS names (name)", [names])
        assert cursor.rowcount == len(names)
