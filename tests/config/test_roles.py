"""The roles come with the migrations, and each may do what its job needs."""

import importlib

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from tests import factories

roles = importlib.import_module("campaigns.migrations.0002_roles")
of_personal_data = importlib.import_module("campaigns.migrations.0017_roles_of_personal_data")
of_approvals = importlib.import_module("campaigns.migrations.0019_roles_of_approvals")
of_policies = importlib.import_module("campaigns.migrations.0006_roles_of_policies")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "permission", "allowed"),
    [
        ("marketer", "campaigns.launch_campaign", True),
        ("marketer", "campaigns.send_test_campaign", True),
        ("marketer", "segments.delete_segment", True),
        ("marketer", "subscribers.change_place", True),
        ("marketer", "subscribers.view_subscriber", True),
        ("marketer", "subscribers.change_site", False),
        ("marketer", "subscribers.change_subscriber", False),
        ("marketer", "subscribers.export_subscriber", False),
        ("analyst", "campaigns.view_delivery", True),
        ("analyst", "subscribers.export_subscriber", True),
        ("analyst", "segments.change_segment", False),
        ("analyst", "campaigns.launch_campaign", False),
        ("operator", "subscribers.change_site", True),
        ("operator", "campaigns.launch_campaign", True),
        ("operator", "django_celery_beat.change_periodictask", True),
        ("operator", "campaigns.change_campaign", False),
        ("marketer", "campaigns.change_sendingpolicy", True),
        ("operator", "campaigns.change_sendingpolicy", True),
        ("analyst", "campaigns.change_sendingpolicy", False),
        ("analyst", "campaigns.view_sendingpolicy", True),
        ("analyst", "campaigns.view_conversion", True),
        ("marketer", "campaigns.approve_campaign", True),
        ("operator", "campaigns.approve_campaign", True),
        ("analyst", "campaigns.approve_campaign", False),
    ],
)
def test_a_role_may_do_what_its_job_needs(role: str, permission: str, allowed: bool) -> None:
    assert factories.make_user(role).has_perm(permission) is allowed


@pytest.mark.django_db
def test_every_permission_that_the_roles_name_exists() -> None:
    known = set(Permission.objects.values_list("codename", flat=True))

    viewed = {f"view_{model}" for model in (*roles.VIEWED, *of_policies.VIEWED)}
    named = set().union(*roles.ROLES.values(), *of_policies.ROLES.values()) | viewed

    assert named - known == set()


@pytest.mark.django_db
def test_the_roles_can_be_taken_away_and_made_again() -> None:
    granted = set(Group.objects.get(name="marketer").permissions.values_list("codename", flat=True))
    Permission.objects.filter(codename="launch_campaign").delete()
    apps = MigrationLoader(connection).project_state(("campaigns", "0002_roles")).apps
    later = MigrationLoader(connection).project_state(("campaigns", "0006_roles_of_policies")).apps
    latest = MigrationLoader(connection).project_state(("campaigns", "0017_roles_of_personal_data")).apps
    last = MigrationLoader(connection).project_state(("campaigns", "0019_roles_of_approvals")).apps
    with connection.schema_editor() as editor:
        roles.remove_roles(apps, editor)
        assert not Group.objects.filter(name="marketer").exists()

        for _ in range(2):
            roles.make_roles(apps, editor)
            of_policies.extend_roles(later, editor)
            of_personal_data.extend_roles(latest, editor)
            of_approvals.extend_roles(last, editor)

    marketer = Group.objects.get(name="marketer")
    assert set(marketer.permissions.values_list("codename", flat=True)) == granted
