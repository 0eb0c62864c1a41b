"""The names of campaigns, learned from the messages that they send."""

import uuid
from importlib import import_module

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from subscribers.models import Site, Subscriber
from tests.factories import NOW, make_event, make_subscriber
from tracking.log import NewEvent, record_events
from tracking.models import MessageCampaign

migration = import_module("tracking.migrations.0003_message_campaigns")


@pytest.fixture
def person(site: Site) -> Subscriber:
    return make_subscriber(site)


def record(person: Subscriber, name: str, **properties: object) -> None:
    event = NewEvent(uuid.uuid4(), person.pk, name, NOW, properties)
    record_events(person.site, [event], received_at=NOW)


def known(site: Site) -> list[tuple[int, str]]:
    return list(
        MessageCampaign.objects.filter(site=site).order_by("campaign").values_list("campaign", "name")
    )


def test_a_message_teaches_the_name_of_its_campaign(site: Site, person: Subscriber) -> None:
    record(person, "$push_sent", campaign=3, campaign_name="Spring sale")
    record(person, "$push_failed", campaign=4, campaign_name="2026-11-27")

    assert known(site) == [(3, "Spring sale"), (4, "2026-11-27")]


def test_a_renamed_campaign_goes_by_its_new_name(site: Site, person: Subscriber) -> None:
    record(person, "$push_sent", campaign=3, campaign_name="Draft 2")
    record(person, "$push_sent", campaign=3, campaign_name="Spring sale")

    assert known(site) == [(3, "Spring sale")]


def test_what_visitors_report_teaches_no_campaign(site: Site, person: Subscriber) -> None:
    record(person, "purchase", campaign=3, campaign_name="Spring sale")
    record(person, "$push_sent")

    assert known(site) == []


def test_messages_of_a_known_campaign_lock_nothing_in_common(person: Subscriber) -> None:
    record(person, "$push_sent", campaign=3, campaign_name="Spring sale")

    with CaptureQueriesContext(connection) as queries:
        record(person, "$push_sent", campaign=3, campaign_name="Spring sale")

    about_names = [query["sql"] for query in queries if "messagecampaign" in query["sql"]]
    assert [sql.split()[0] for sql in about_names] == ["SELECT"]


def test_the_migration_learns_the_newest_names_from_the_log(site: Site, person: Subscriber) -> None:
    make_event(person, "$push_sent", NOW.replace(hour=8), campaign=3, campaign_name="Draft 2")
    make_event(person, "$push_sent", NOW.replace(hour=9), campaign=3, campaign_name="Spring sale")
    make_event(person, "$push_clicked", campaign=4, campaign_name="Summer sale")
    make_event(person, "$push_sent", campaign=5)
    make_event(person, "purchase", campaign=6, campaign_name="Not ours")

    with connection.cursor() as cursor:
        cursor.execute(migration.LEARN_FROM_LOG)

    assert known(site) == [(3, "Spring sale"), (4, "Summer sale")]
