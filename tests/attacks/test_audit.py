"""What must not go without a trace: no change, no look at people, no refused try of somebody who is known."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command, get_commands, load_command_class
from django.test import Client
from django.urls import URLPattern, get_resolver

from access.commands import Audited
from access.models import AuditEntry
from campaigns.models import Campaign
from config.auditing.readings import PEOPLE
from segments.models import Segment
from subscribers.models import Site, Subscriber
from tests import factories
from tests.attacks.keys import ALL, connect

# Addresses that show no people when they are read: settings, counts, charts, pages of the machinery.
WITHOUT_PEOPLE = re.compile(
    r"""^(
    api-root|schema|docs|None| (site|place|attribute|eventtype|segment|campaign|auditentry)-(list|detail)
    | segment-(drift|overlap|freshness|sizes|versions-list|versions-restore|snapshot|members-detail)
    | campaign-(progress|report|cancel|launch|pause|resume|winner|approve|approval|ask-approval)
    | api/v1/sites/.*sending-policy/ | health/.* | admin:(index|login|logout|password_change.*|jsi18n|view_on_site|app_list|None)
    | admin:(subscribers_(attribute|place|site)|tracking_eventtype|segments_segment|campaigns_(campaign|sendingpolicy)
      |auth_(user|group)|authtoken_tokenproxy|django_celery_beat_\w+|access_\w+|signin_\w+)_(changelist|add|history|delete|change|password_change|revoke)
    | admin:tracking_eventtype_(unlisted|changes|properties) | admin:subscribers_site_(add_secret|retire_secret|signature) | subscriber-erase
    | admin:segments_segment_(gallery|catalogue|declare|waiting|drift|upload|upload_confirm|upload_discard|upload_progress|versions|snapshot)
    | admin:campaigns_campaign_(advice|approval|ask_approval|test_ahead|runs|dry_run_progress|cancel|pause|resume|duplicate|progress|winner|report|approve|request_approval|send_back)
    | admin:tracking_inboxitem_(add|history|delete) | admin:subscribers_subscriber_add
    | admin/.* | account_.*|mfa_.*|usersessions_.*|socialaccount_.*|signin.*|openid_.*
    )$""",
    re.VERBOSE,
)  # fmt: skip


def list_addresses(resolver: Any = None, path: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    """The name and the path of every address of staff and keys."""
    for entry in (resolver or get_resolver()).url_patterns:
        here = path + str(entry.pattern)
        if isinstance(entry, URLPattern):
            if not here.startswith(("v1/", "sdk/", "demo/", "api/v1/track", "static/")) and here:
                yield (f"{space}{entry.name}" if entry.name else here.replace("^", "").replace("$", "")), here
        else:
            yield from list_addresses(entry, here, space + (f"{entry.namespace}:" if entry.namespace else ""))


@pytest.fixture
def admin(db: None) -> Client:
    client = Client()
    client.force_login(factories.make_user(is_superuser=True))
    return client


def last() -> Any:
    return AuditEntry.objects.latest("id")


def count() -> int:
    return AuditEntry.objects.count()


def test_every_address_says_whether_it_shows_people() -> None:
    names = {name for name, path in list_addresses()}
    assert sorted(name for name in names if name not in PEOPLE and not WITHOUT_PEOPLE.match(name)) == []
    assert sorted(name for name in PEOPLE if name not in names) == []


def test_every_look_at_people_leaves_one_entry_that_tells_nothing_of_them(admin: Client, site: Site) -> None:
    alice = factories.make_subscriber(site, external_id="u-42", email="alice@example.com", city="Bonn")
    segment, campaign = factories.make_segment(site), factories.make_campaign(site)
    factories.make_occurrence(campaign, planned_at=factories.NOW)
    looks = (
        (f"/admin/subscribers/subscriber/?q=alice@example.com&site__id__exact={site.pk}", "list", "…"),
        (f"/admin/subscribers/subscriber/{alice.pk}/change/", "view", str(alice.uuid)),
        (f"/admin/segments/segment/{segment.pk}/members/?q=alice@example.com", "list", segment.name),
        (f"/admin/segments/segment/{segment.pk}/explain/{alice.pk}/", "view", str(alice.uuid)),
        (f"/admin/segments/segment/{segment.pk}/members.csv", "export", segment.name),
        (f"/admin/campaigns/campaign/{campaign.pk}/report.csv", "export", campaign.name),
        (f"/api/v1/subscribers/?site={site.pk}&email=alice@example.com", "list", "…"),
        (f"/api/v1/subscribers/{alice.pk}/", "view", str(alice.uuid)),
        (f"/api/v1/subscribers/{alice.pk}/events/", "view", str(alice.uuid)),
        (f"/api/v1/segments/{segment.pk}/members/", "list", segment.name),
        (f"/api/v1/segments/{segment.pk}/members.csv", "export", segment.name),
        (f"/api/v1/campaigns/{campaign.pk}/deliveries/", "list", campaign.name),
        (f"/api/v1/segments/{segment.pk}/explain/?subscriber={alice.pk}", "view", str(alice.uuid)),
    )
    for looked, (path, kind, told) in enumerate(looks, start=1):
        response = admin.get(path)
        assert response.status_code == 200, path
        assert count() == looked, path
        entry = last()
        everything = json.dumps(
            [getattr(entry, field.attname) for field in AuditEntry._meta.concrete_fields],
            default=str,
            ensure_ascii=False,
        )
        assert entry.action == kind, path
        assert told in everything, (path, everything)
        assert not any(value in everything for value in ("alice", "u-42", "Bonn")), everything


def test_a_preview_is_one_entry_with_its_count(admin: Client, site: Site) -> None:
    factories.make_subscriber(site)
    question = {"site": site.pk, "rule": factories.EVERYONE}
    assert (
        admin.post("/api/v1/segments/preview/", question, content_type="application/json").status_code == 200
    )
    assert (count(), last().action, last().details["count"]) == (1, "preview", 1)
    assert (
        admin.post("/admin/segments/segment/preview/", question, content_type="application/json").status_code
        == 200
    )
    assert (count(), last().action) == (2, "preview")


def test_a_change_in_the_admin_is_one_entry_with_before_and_after(admin: Client, site: Site) -> None:
    place = {"site": site.pk, "name": "Store", "latitude": "1", "longitude": "2"}
    assert admin.post("/admin/subscribers/place/add/", place).status_code == 302
    assert (count(), last().action, last().after["name"], last().site_id) == (1, "add", "Store", site.pk)
    key = last().target_id
    page = admin.get(f"/admin/subscribers/place/{key}/change/")
    typed = {
        name: value for name, value in page.context["adminform"].form.initial.items() if value is not None
    }
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.content.decode()))
    hidden.pop("csrfmiddlewaretoken", None)
    answer = admin.post(f"/admin/subscribers/place/{key}/change/", {**typed, **hidden, "name": "Shop"})
    assert answer.status_code == 302
    assert count() == 2
    assert (last().action, last().fields, last().before, last().after) == (
        "change", ["name"], {"name": "Store"}, {"name": "Shop"},
    )  # fmt: skip
    assert admin.post(f"/admin/subscribers/place/{key}/delete/", {"post": "yes"}).status_code == 302
    assert (count(), last().action, last().target_id) == (3, "delete", key)


def test_a_step_of_a_campaign_is_an_entry_that_names_the_key(site: Site) -> None:
    campaign = factories.make_campaign(site, status=Campaign.Status.RUNNING, launched_at=factories.NOW)
    client = connect(site, "launch", name="Robot")
    assert (
        client.post(f"/api/v1/campaigns/{campaign.pk}/pause/", REMOTE_ADDR="203.0.113.9").status_code == 200
    )
    entry: Any = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.address, entry.door) == ("key", "pause", "203.0.113.9", "api")
    assert entry.actor_name.startswith("Robot (ck_")
    assert (entry.before["status"], entry.after["status"]) == ("running", "paused")


def test_every_change_by_a_key_leaves_one_entry_with_values(site: Site) -> None:
    client = connect(site, *ALL)
    made = client.post("/api/v1/segments/", {"site": site.pk, "name": "All", "rule": factories.EVERYONE})
    assert (count(), last().action, last().after["rule"]) == (1, "add", factories.EVERYONE)
    address = f"/api/v1/segments/{made.json()['id']}/"
    assert client.patch(address, {"name": "Everybody"}).status_code == 200
    assert (count(), last().before["name"], last().after["name"]) == (2, "All", "Everybody")
    assert client.delete(address).status_code == 204
    assert (count(), last().action, last().before["name"]) == (3, "delete", "Everybody")
    assert not Segment.objects.exists()


def test_what_is_refused_is_written_down_and_leaves_nothing_half_done(admin: Client, site: Site) -> None:
    client = connect(site, "read")
    assert client.post("/api/v1/places/", {"site": site.pk, "name": "x"}).status_code == 403
    assert (last().action, last().details["tried"], last().details["status"], last().actor) == (
        "tried",
        "add",
        403,
        "key",
    )
    assert admin.post("/admin/subscribers/place/add/", {"site": site.pk}).status_code == 200
    assert (count(), last().action, last().details["tried"]) == (2, "tried", "add")


def test_a_change_whose_entry_cannot_be_written_does_not_happen(
    admin: Client, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("no room")

    monkeypatch.setattr(AuditEntry.objects, "create", fail)
    admin.raise_request_exception = False
    answer = admin.post(
        "/api/v1/places/",
        {"site": site.pk, "name": "Store", "latitude": 1, "longitude": 2},
        content_type="application/json",
    )
    assert answer.status_code == 500
    assert not site.places.exists()
    assert admin.get(f"/api/v1/subscribers/?site={site.pk}").status_code == 500


def test_strangers_leave_no_entries_and_browsers_neither(db: None, site: Site) -> None:
    client = Client()
    client.post("/api/v1/places/", {}, content_type="application/json")
    client.post("/admin/subscribers/place/add/", {})
    client.get("/admin/subscribers/subscriber/")
    client.post("/v1/track", {"site_key": site.public_key}, content_type="application/json")
    assert count() == 0


def test_a_command_leaves_its_name_and_arguments_and_no_secret(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    segment = factories.make_segment(site)
    call_command("merge_twins")
    assert (last().action, last().door, last().details["command"]) == ("command", "command", "merge_twins")
    with pytest.raises(BaseException):  # noqa: B017, PT011 - whatever it says of a segment that is not built
        call_command("verify_segment", str(segment.pk + 1))
    assert last().details["command"] == "verify_segment"
    assert last().details["failed"] is True
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "correct horse")
    call_command("createsuperuser", "--noinput", username="boss", email="boss@example.com")
    assert User.objects.filter(username="boss").exists()
    assert last().details["command"] == "createsuperuser"
    assert "correct horse" not in json.dumps(last().details)


def test_every_command_of_ours_is_audited() -> None:
    ours = {"access", "signin", "subscribers", "tracking", "segments", "campaigns", "demo", "config"}
    for name, app in get_commands().items():
        if str(app).split(".")[0] in ours:
            assert isinstance(load_command_class(str(app), name), Audited), name


def test_people_are_known_by_their_uuid(site: Site) -> None:
    assert Subscriber.objects.create(
        site=site, created_at=factories.NOW, last_seen_at=factories.NOW
    ).opaque_id


def test_several_deleted_at_once_are_an_entry_each(admin: Client, site: Site) -> None:
    places = [factories.make_place(site, name=f"Store {number}") for number in range(3)]
    chosen = {"action": "delete_selected", "_selected_action": [place.pk for place in places], "post": "yes"}
    assert admin.post("/admin/subscribers/place/", chosen).status_code == 302
    assert sorted(AuditEntry.objects.values_list("action", "target_name")) == [
        ("delete", f"Store {number}") for number in range(3)
    ]


def test_neither_tokens_nor_passwords_get_into_the_log(admin: Client) -> None:
    user = factories.make_user()
    assert admin.post("/admin/authtoken/tokenproxy/add/", {"user": user.pk}).status_code == 302
    typed = {"password1": "a correct horse", "password2": "a correct horse", "usable_password": "true"}
    assert admin.post(f"/admin/auth/user/{user.pk}/password/", typed).status_code == 302
    user.refresh_from_db()
    everything = json.dumps(list(AuditEntry.objects.values()), default=str)
    assert len(AuditEntry.objects.all()) == 2
    assert not any(secret in everything for secret in (user.auth_token.key, user.password, "correct horse"))


def test_whoever_comes_directly_cannot_say_that_they_come_from_elsewhere(admin: Client, site: Site) -> None:
    admin.post(
        "/admin/subscribers/place/add/", {}, HTTP_X_FORWARDED_FOR="198.51.100.7", REMOTE_ADDR="203.0.113.9"
    )
    assert last().address == "203.0.113.9"
