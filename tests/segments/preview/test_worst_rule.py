"""The worst rule that a person can build takes neither the database nor the page down."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from segments.preview import PreviewStopped, PreviewTooSlow, preview_rule, read_past_sizes
from segments.rules import RuleError
from segments.rules.limits import LARGEST, Limits
from subscribers.models import Site
from tests import factories
from tests.factories import EVERYONE, NOW
from tests.segments.preview.worst import JSON, build_worst_rule, list_worst_conditions

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

BOUND_SECONDS = 10  # for what should take a fraction of one: the machine may be busy
EVENTS = """
INSERT INTO tracking_event (id, subscriber_id, event_type_id, occurred_at, received_at, properties)
SELECT gen_random_uuid(), %s + i %% 50, %s, %s::timestamptz - i * interval '1 minute', %s,
       jsonb_build_object('p0', repeat('abc ', 50), 'p1', i, 'p2', repeat('xyz ', 50), 'url', repeat('/aabb', 40))
FROM generate_series(1, 4000) AS i
"""


@pytest.fixture
def busy_site(site: Site) -> Site:
    """50 people, each of whom did 160 things that no pattern passes over quickly."""
    people = [factories.make_subscriber(site, email="ab" * 100) for _ in range(50)]
    for name in ("view", "$page_view"):
        event = factories.make_event(people[0], name)
        with connection.cursor() as cursor:
            cursor.execute(EVENTS, [people[0].pk, event.event_type_id, NOW, NOW])
    return site


@pytest.fixture
def hurried(settings: Settings) -> None:
    settings.PREVIEW_TIMEOUT_MS = settings.PREVIEW_PAST_MS = 50
    settings.PREVIEW_QUICK_MS = 20


def list_active() -> list[str]:
    """What other connections are at work on."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT query FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
            " AND datname = current_database() AND state <> 'idle'"
        )
        return [row[0] for row in cursor.fetchall()]


RULES: dict[str, Callable[[], JSON]] = {
    "default-limits": build_worst_rule,
    "deep": lambda: build_worst_rule(Limits(depth=12, conditions=100)),
    "flat": lambda: build_worst_rule(Limits(depth=1, conditions=300)),
}


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("name", RULES)
def test_it_is_stopped_in_words_and_in_time(busy_site: Site, name: str, exact: bool) -> None:
    rule = RULES[name]()
    began = time.monotonic()

    with pytest.raises(PreviewStopped, match=r"You can still save the segment\.|too complex"):
        preview_rule(busy_site, rule, as_of=NOW, exact=exact)

    assert time.monotonic() - began < BOUND_SECONDS
    assert list_active() == []
    assert preview_rule(busy_site, EVERYONE, as_of=NOW).count == 50, "the next one is answered"


@pytest.mark.usefixtures("hurried")
def test_its_past_is_left_out(busy_site: Site) -> None:
    began = time.monotonic()

    assert read_past_sizes(busy_site, build_worst_rule(), as_of=NOW).days == []

    assert time.monotonic() - began < BOUND_SECONDS
    assert list_active() == []


def test_one_more_condition_is_refused_before_the_database_hears_of_it(busy_site: Site) -> None:
    rule = build_worst_rule()
    rule["root"]["conditions"].append(list_worst_conditions()[0])

    with pytest.raises(RuleError, match="300 conditions is the most"):
        preview_rule(busy_site, rule, as_of=NOW)


@pytest.mark.usefixtures("hurried")
def test_even_at_the_largest_limits_that_settings_allow_it_is_stopped(
    busy_site: Site, settings: Settings
) -> None:
    settings.RULE_MAX_DEPTH, settings.RULE_MAX_CONDITIONS = LARGEST.depth, 600
    began = time.monotonic()

    with pytest.raises(PreviewStopped):
        preview_rule(busy_site, build_worst_rule(Limits(LARGEST.depth, 330)), as_of=NOW)

    assert time.monotonic() - began < BOUND_SECONDS
    assert list_active() == []


@pytest.mark.parametrize("kind", range(len(list_worst_conditions())))
def test_alone_each_of_its_conditions_is_answered(busy_site: Site, settings: Settings, kind: int) -> None:
    settings.PREVIEW_TIMEOUT_MS = 60_000
    rule = {"version": 1, "root": list_worst_conditions()[kind]}

    preview = preview_rule(busy_site, rule, as_of=NOW)

    assert preview.count in range(51)


@pytest.fixture
def marketer(db: None) -> Client:
    client = Client(raise_request_exception=True)
    client.force_login(factories.make_user("marketer"))
    return client


def post(client: Client, path: str, question: JSON) -> Any:
    return client.post(path, json.dumps(question), content_type="application/json")


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("exact", [True, False])
def test_at_the_door_of_the_builder_it_is_a_sentence_and_the_next_page_comes_at_once(
    busy_site: Site, marketer: Client, exact: bool
) -> None:
    preview = "/admin/segments/segment/preview/"
    question = {"site": busy_site.pk, "rule": build_worst_rule(), "exact": exact}

    refused = post(marketer, preview, question)
    past = post(marketer, f"{preview}history/", question)
    page = marketer.get("/admin/segments/segment/")
    next_one = post(marketer, preview, {**question, "rule": EVERYONE, "exact": True})

    assert refused.status_code in {400, 422}
    assert refused.json()["problems"][0]["message"]
    assert (past.status_code, past.json()["days"]) == (200, [])
    assert page.status_code == 200
    assert next_one.json()["count"] == 50
    assert list_active() == []


@pytest.mark.usefixtures("hurried")
def test_at_the_door_of_the_api_it_is_a_sentence(busy_site: Site) -> None:
    client = APIClient(raise_request_exception=True)
    client.force_authenticate(factories.make_user(is_superuser=True))
    question = {"site": busy_site.pk, "rule": build_worst_rule()}

    refused = client.post("/api/v1/segments/preview/", question)
    past = client.post("/api/v1/segments/preview/history/", question)

    assert refused.status_code in {400, 503}
    assert refused.json()
    assert (past.status_code, past.json()["days"]) == (200, [])


def test_it_can_be_saved_all_the_same(busy_site: Site, settings: Settings) -> None:
    """Counting is what is refused; the form and the API read and check a rule, and leave the rest to a worker."""
    client = APIClient(raise_request_exception=True)
    client.force_authenticate(factories.make_user(is_superuser=True))
    settings.CELERY_TASK_ALWAYS_EAGER = False

    saved = client.post(
        "/api/v1/segments/", {"site": busy_site.pk, "name": "Worst", "rule": build_worst_rule()}
    )

    assert saved.status_code == 201
    assert PreviewTooSlow().args[0].endswith("You can still save the segment.")
