"""Many people at once: enough of them that an audience can be estimated."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from segments.definitions import select_ids
from segments.rules.sql import Fragment
from subscribers.models import PushSubscription, Site
from tests.factories import NOW

PEOPLE = """
INSERT INTO subscribers_subscriber (site_id, uuid, external_id, email, country, region, city, timezone, language, source,
                                    attributes, created_at, last_seen_at)
SELECT %s, gen_random_uuid(), '', '', country, '', '', '', '', '', '{}', %s, %s::timestamptz - i * interval '1 second'
FROM generate_series(1, %s) AS i, LATERAL (SELECT CASE WHEN i %% 2 = 0 THEN 'DE' ELSE 'FR' END AS country) AS home
"""
DEVICES = """
INSERT INTO subscribers_pushsubscription (id, subscriber_id, endpoint, p256dh, auth, kind, os, browser, created_at,
                                          last_seen_at, end_reason)
SELECT gen_random_uuid(), id, 'https://fcm.googleapis.com/' || id, 'p', 'a', 'mobile', '', '', %s, %s, ''
FROM subscribers_subscriber WHERE site_id = %s AND id %% %s = 0
"""


def make_crowd(site: Site, count: int, *, joined_at: dt.datetime = NOW - dt.timedelta(days=90)) -> None:
    """Half of them Germans, half French, all last seen within the last hours."""
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, [site.pk, joined_at, NOW, count])
        cursor.execute("ANALYZE subscribers_subscriber")


def equip(site: Site, *, every: int) -> int:
    """Give every so many of them a device that can be reached; how many that are."""
    with connection.cursor() as cursor:
        cursor.execute(DEVICES, [NOW, NOW, site.pk, every])
    return PushSubscription.objects.filter(subscriber__site=site).count()


def slow_down_counting(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    """Let whoever counts everybody wait for longer than a first answer may take; the sample is as quick as ever."""
    settings.PREVIEW_QUICK_MS, settings.PREVIEW_TIMEOUT_MS = 50, 60_000

    def select(*args: Any, sampled: bool = False, **named: Any) -> Fragment:
        ids = select_ids(*args, sampled=sampled, **named)
        return ids if sampled else delay(ids, seconds=0.2)

    monkeypatch.setattr("segments.preview.answer.select_ids", select)


def delay(ids: Fragment, *, seconds: float) -> Fragment:
    """The same ids, after a while."""
    text = f"SELECT id FROM ({ids.text}) AS late WHERE (SELECT pg_sleep({seconds})) IS NOT NULL"
    return Fragment(text, ids.params)
