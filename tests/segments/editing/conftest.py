"""What the tests of editing share: some people, a segment of two of them, and pages as whoever posts to them sees them."""

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from segments.definitions import select_ids
from segments.models import Segment
from segments.rules.sql import Fragment
from subscribers.models import Site
from tests import factories
from tests.segments.live import GERMANS, JSON, make_built
from tests.segments.preview.crowds import delay


@pytest.fixture
def marketer(site: Site) -> Client:
    return sign_in("marketer")


@pytest.fixture
def germans(site: Site) -> Segment:
    """Two people are in it; a third one is French."""
    for number, country in enumerate(("DE", "DE", "FR")):
        factories.make_subscriber(site, country=country, external_id=f"{country}-{number}")
    return make_built(site, GERMANS, name="Germans")


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever counts everybody waits for longer than that may take; the sample is as quick as ever."""

    def select(*args: Any, sampled: bool = False, **named: Any) -> Fragment:
        ids = select_ids(*args, sampled=sampled, **named)
        return ids if sampled else delay(ids, seconds=1)

    monkeypatch.setattr("segments.editing.comparison.select_ids", select)
    monkeypatch.setattr("segments.editing.comparison.EXACT_SHARE", 0.02)


def sign_in(*groups: str, **values: Any) -> Client:
    client = Client()
    client.force_login(factories.make_user(*groups, **values))
    return client


def page_of(segment: Segment) -> str:
    return reverse("admin:segments_segment_change", args=[segment.pk])


def filled_in(segment: Segment, rule: JSON, **values: Any) -> dict[str, Any]:
    """The form with another rule, as the browser posts it."""
    return {
        "site": segment.site_id,
        "name": segment.name,
        "description": "",
        "rule": json.dumps(rule),
        "_continue": "Save and continue editing",
        **values,
    }


def read(response: Any) -> str:
    """The words of a page, without its tags."""
    assert response.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))
