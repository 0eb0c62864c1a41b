"""Every table with people in it is read for them and forgets them; the docs list all of it."""

from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.test import Client

from subscribers.erasing import count_held
from subscribers.holdings import list_holdings
from subscribers.models import Site, Subscriber
from tests.privacy.people import EMAIL, MARK, make_everything_of

# Apps of others: about staff, sessions and the workings of the house.
OTHERS = {
    "auth", "contenttypes", "sessions", "admin", "authtoken", "django_celery_beat", "account", "mfa", "socialaccount",
    "usersessions", "axes", "sites", "signin", "demo", "carillon",
}  # fmt: skip
# Of our own: tables that hold nobody, each with the reason.
NOBODY = {
    "access.SiteMember": "staff",
    "access.ApiKey": "programs",
    "access.AuditEntry": "staff; of people an opaque id and names of fields",
    "access.Invitation": "staff",
    "subscribers.Site": "the shop itself",
    "subscribers.IdentitySecret": "the shop's own",
    "subscribers.Place": "stores",
    "subscribers.Attribute": "names of attributes",
    "subscribers.AttributeConversion": "how far a change has come",
    "subscribers.AttributeMove": "how far a change has come",
    "subscribers.AstrayClock": "machines",
    "tracking.DrainAttempt": "numbers of items, until they are applied",
    "tracking.AppliedOperation": "digests of numbers that clients made up, for some days",
    "tracking.EventType": "names of events and properties",
    "tracking.LogStart": "one instant",
    "tracking.VocabularyJob": "how far a change has come",
    "tracking.PropertyMove": "how far a change has come",
    "tracking.MessageCampaign": "names of campaigns",
    "segments.Segment": "rules, which staff write",
    "segments.SegmentVersion": "rules, which staff write",
    "segments.SegmentDay": "counts",
    "segments.SegmentUpload": "names of files, and counts",
    "campaigns.Campaign": "what staff write",
    "campaigns.Variant": "what staff write",
    "campaigns.Occurrence": "counts",
    "campaigns.Batch": "instants",
    "campaigns.ReactionCount": "counts",
    "campaigns.DryRun": "counts; whom it concerns is worked out when it is looked at",
    "campaigns.SendingPolicy": "how the shop sends",
    "campaigns.FrequencyCap": "how the shop sends",
    "campaigns.PushHost": "push services",
    "campaigns.TakingHost": "push services",
    "campaigns.CampaignApproval": "staff",
}


def list_ours() -> list[type[models.Model]]:
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label not in OTHERS and not model._meta.auto_created
    ]


def test_each_table_stands_in_exactly_one_list() -> None:
    held = [holding.table for holding in list_holdings()]

    assert len(held) == len(set(held))
    wrong = {
        model._meta.label: [model._meta.label in held, model._meta.label in NOBODY]
        for model in list_ours()
        if (model._meta.label in held) == (model._meta.label in NOBODY)
    }
    assert wrong == {}, (
        "say in personal_data.py of its app how it forgets people, or here why it holds nobody"
    )


def test_a_table_that_holds_nobody_has_no_column_for_people() -> None:
    for model in list_ours():
        if model._meta.label in NOBODY:
            leads = [
                field.name
                for field in model._meta.concrete_fields
                if field.related_model is Subscriber
                or "subscriber" in field.name
                or field.name in {"email", "external_id"}
            ]
            assert leads == [], model


def test_of_a_table_that_keeps_rows_each_column_stays_or_is_emptied() -> None:
    for holding in list_holdings():
        names = {field.attname for field in holding.model._meta.concrete_fields}
        assert holding.stays <= names, holding.table


def test_the_docs_list_every_table() -> None:
    text = (Path(settings.BASE_DIR) / "docs" / "privacy.md").read_text()

    for holding in list_holdings():
        assert f"| `{holding.table}` | {holding.what} | {holding.goes} |" in text


@pytest.mark.django_db
def test_the_example_has_something_in_every_table(site: Site) -> None:
    """So that the tests of erasing and exporting try each."""
    person = make_everything_of(site)

    empty = {each.table for each in count_held(person) if not each.rows}

    assert empty <= {"segments.Membership", "segments.MembershipChange"}


@pytest.mark.django_db
def test_an_export_holds_all_of_it_and_opens_for_machines_and_people(
    site: Site, admin_client: Client
) -> None:
    person = make_everything_of(site)
    address = f"/admin/subscribers/subscriber/{person.pk}/export/"

    machine, readable = admin_client.get(address), admin_client.get(address, {"format": "html"})
    by_key = admin_client.get(f"/api/v1/subscribers/{person.pk}/export/")

    tables = {each["table"]: each["rows"] for each in machine.json()["tables"]}
    assert [each["table"] for each in by_key.json()["tables"]] == list(tables)
    assert {name for name, rows in tables.items() if not rows} <= {
        "segments.Membership",
        "segments.MembershipChange",
    }
    assert len(tables["subscribers.Subscriber"]) == 2
    assert tables["subscribers.PushSubscription"][0]["endpoint"].startswith("https://")
    assert machine.json()["person"]["customer_ids"] == [MARK]
    assert EMAIL in readable.content.decode()
    assert f"engraved {MARK}" in readable.content.decode()
    assert "attachment" in machine["Content-Disposition"]
    assert "other@mail.example" not in machine.content.decode()
