"""How long the pages that look at segments take, with one whose members are everybody: each page, and its slowest statement."""

import datetime as dt
import statistics
import time
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse
from tqdm import tqdm

from segments.models import Segment

ROUNDS = 20


class Page(NamedTuple):
    """95th percentiles, in milliseconds, of the page and of its slowest statement; `status` of the last answer."""

    name: str
    status: int
    page_ms: float
    statement_ms: float
    statements: int


def measure_pages(everybody: Segment, others: list[Segment]) -> list[Page]:
    """`others`: large ones to set beside it."""
    settings.ALLOWED_HOSTS = ["*"]
    user, _ = User.objects.get_or_create(username="bench", is_superuser=True, is_staff=True)
    client = Client()
    client.force_login(user)
    pages = _list_pages(everybody, others)
    return [
        _measure(client, name, url) for name, url in tqdm(pages.items(), desc="opening pages", unit="page")
    ]


def _list_pages(everybody: Segment, others: list[Segment]) -> dict[str, str]:
    one = [everybody.pk]
    ids = ",".join(str(segment.pk) for segment in [everybody, *others])
    past = (everybody.refreshed_at or dt.datetime.now(dt.UTC)).isoformat().replace("+00:00", "Z")
    person = everybody.memberships.values_list("subscriber_id", flat=True).first()
    members = reverse("admin:segments_segment_members", args=one)
    return {
        "list of segments": reverse("admin:segments_segment_changelist"),
        "how it is doing": reverse("admin:segments_segment_overview", args=one),
        "members": members,
        "members, one sought": f"{members}?who={person}",
        "members at an instant": f"{reverse('admin:segments_segment_past_members', args=one)}?at={past}",
        "versions": reverse("admin:segments_segment_versions", args=one),
        f"{len(others) + 1} side by side": f"{reverse('admin:segments_segment_overlap')}?ids={ids}",
        f"drift of {len(others) + 1}": f"{reverse('admin:segments_segment_drift')}?ids={ids}",
        "API members": f"/api/v1/segments/{everybody.pk}/members/",
        "API members at an instant": f"/api/v1/segments/{everybody.pk}/members/?at={past}",
        "API history": f"/api/v1/segments/{everybody.pk}/history/",
        "API sizes": f"/api/v1/segments/{everybody.pk}/sizes/",
        "API freshness": f"/api/v1/segments/{everybody.pk}/freshness/",
        "API overlap, estimate": f"/api/v1/segments/overlap/?ids={ids}&exact=false",
    }


def _measure(client: Client, name: str, url: str) -> Page:
    pages, slowest, statements, status = [], [], 0, 0
    for _ in range(ROUNDS + 1):
        times: list[float] = []

        def note(execute: Any, *args: Any, times: list[float] = times) -> Any:
            began = time.perf_counter()
            try:
                return execute(*args)
            finally:
                times.append(time.perf_counter() - began)

        with connection.execute_wrapper(note):
            began = time.perf_counter()
            status = client.get(url).status_code
            pages.append(time.perf_counter() - began)
        slowest.append(max(times, default=0.0))
        statements = len(times)
    return Page(name, status, _find_p95(pages[1:]), _find_p95(slowest[1:]), statements)


def _find_p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1] * 1000
