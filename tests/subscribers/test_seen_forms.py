"""Two people at one page of the admin: the second is shown what the first changed, and nothing unseen is overwritten."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from campaigns.models import SendingPolicy
from campaigns.policies import set_caps
from subscribers.admin.seen import HeedsOthers
from subscribers.admin.seen_form import SeenForm
from subscribers.contents import describe_changes
from subscribers.models import Attribute, Place, Site, Subscriber
from tests import factories
from tracking.models import EventType

pytestmark = pytest.mark.django_db
# One person runs it, and it has Django's own forms.
MACHINERY = {"auth", "authtoken", "django_celery_beat"}


@dataclass(frozen=True)
class Page:
    """A row, how a colleague changes it, what its page then says, and what a browser sends that types one thing."""

    make: Callable[[Site], Model]
    theirs: dict[str, Any]
    words: str
    sent: dict[str, Any]
    mine: dict[str, Any]


PAGES = {
    "site": Page(
        lambda site: site,
        {"timezone": "Asia/Tokyo"},
        "Time zone <del>Europe/Berlin</del> → <ins>Asia/Tokyo</ins>",
        {"name": "Shop", "url": "https://shop.example", "timezone": "Europe/Berlin", "contact_email": "ops@shop.example"},
        {"allowed_origins": "https://blog.example"},
    ),
    "origins": Page(
        lambda site: site,
        {"allowed_origins": ["https://a.example", "https://b.example"]},
        "Allowed origins <del>nothing</del> → <ins>https://a.example, https://b.example</ins>",
        {"name": "Shop", "url": "https://shop.example", "timezone": "Europe/Berlin",
            "allowed_origins": ""},
        {"contact_email": "me@shop.example"},
    ),
    "signature": Page(
        lambda site: site,
        {"trusts_names": True},
        "Anyone may say who they are <del>no</del> → <ins>yes</ins>",
        {"name": "Shop", "url": "https://shop.example", "timezone": "Europe/Berlin"},
        {"contact_email": "me@shop.example"},
    ),
    "place": Page(
        lambda site: Place.objects.create(site=site, name="Store", latitude=52.5, longitude=13.4),
        {"latitude": 48.1},
        "Latitude <del>52.5</del> → <ins>48.1</ins>",
        {"site": "site", "name": "Store", "latitude": "52.5", "longitude": "13.4"},
        {"name": "Our store"},
    ),
    "attribute": Page(
        lambda site: Attribute.objects.create(site=site, key="tier", type="text"),
        {"type": "number"},
        "Type <del>Text</del> → <ins>Number</ins>",
        {"type": "text", "element_type": "text", "description": ""},
        {"description": "How loyal they are"},
    ),
    "event": Page(
        lambda site: EventType.objects.create(site=site, name="purchase", first_seen_at=factories.NOW),
        {"description": "Theirs"},
        "Description <del>nothing</del> → <ins>Theirs</ins>",
        {"description": ""},
        {"description": "Mine"},
    ),
    "subscriber": Page(
        lambda site: factories.make_subscriber(site, city="Ulm", country="DE", timezone="Europe/Berlin"),
        {"city": "Wien"},
        "City <del>Ulm</del> → <ins>Wien</ins>",
        {"city": "Ulm", "country": "DE", "timezone": "Europe/Berlin"},
        {"language": "de"},
    ),
    "policy": Page(
        lambda site: SendingPolicy.objects.create(site=site),
        {"quiet_from": dt.time(22), "quiet_until": dt.time(8)},
        "Quiet hours from <del>nothing</del> → <ins>22:00</ins>",
        {
            "quiet_from": "", "quiet_until": "", "quiet_action": "defer", "holdout_percent": "0",
            "throttle_per_minute": "", "caps-TOTAL_FORMS": "0", "caps-INITIAL_FORMS": "0",
        },
        {"throttle_per_minute": "900"},
    ),
}  # fmt: skip


@pytest.fixture
def client_(db: None) -> Client:
    client = Client()
    client.force_login(factories.make_user(is_superuser=True))
    return client


def page_of(row: Model) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def read(response: Any) -> str:
    """With its marks of what was and is, without other tags."""
    text = re.sub(r"<(?!/?(del|ins)\b)[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", text)


def find_seen(response: Any) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', response.content.decode())
    assert found is not None
    return found[1]


def has(row: Any, values: dict[str, Any]) -> bool:
    row.refresh_from_db()
    return all(getattr(row, name) == value for name, value in values.items())


@pytest.mark.parametrize("name", PAGES)
def test_a_colleagues_change_is_shown_and_not_overwritten(client_: Client, site: Site, name: str) -> None:
    page = PAGES[name]
    row: Any = page.make(site)
    sent = {**page.sent, **({"site": site.pk} if "site" in page.sent else {}), **page.mine}
    seen = find_seen(client_.get(page_of(row)))
    type(row).objects.filter(pk=row.pk).update(**page.theirs)

    told = client_.post(page_of(row), {**sent, "seen": seen})

    assert page.words in read(told)
    assert has(row, page.theirs)
    form = told.context["adminform"].form
    assert {key: form[key].value() for key in page.mine} == page.mine


@pytest.mark.parametrize("name", PAGES)
def test_saved_again_as_the_page_then_stands_both_changes_are_kept(
    client_: Client, site: Site, name: str
) -> None:
    page = PAGES[name]
    row: Any = page.make(site)
    sent = {**page.sent, **({"site": site.pk} if "site" in page.sent else {}), **page.mine}
    seen = find_seen(client_.get(page_of(row)))
    type(row).objects.filter(pk=row.pk).update(**page.theirs)
    told = client_.post(page_of(row), {**sent, "seen": seen})
    form = told.context["adminform"].form

    again = {key: form[key].value() for key in form.fields if form[key].value() not in (None, False)}
    rest = {key: value for key, value in sent.items() if key.startswith("caps-")}
    answer = client_.post(page_of(row), {**again, **rest, "seen": find_seen(told)})

    assert answer.status_code == 302
    assert has(row, {**page.theirs, **{key: value for key, value in page.mine.items() if key in page.theirs}})


def test_limits_are_among_what_is_seen(client_: Client, site: Site) -> None:
    policy = SendingPolicy(site=site)  # nobody has settled anything yet
    sent = {**PAGES["policy"].sent, "throttle_per_minute": "900"}
    seen = find_seen(client_.get(page_of(policy)))
    set_caps(site, [(2, dt.timedelta(days=1))])
    answer = client_.post(page_of(policy), {**sent, "seen": seen})
    told = read(answer)
    assert "Pushes to one person <del>no limit</del> → <ins>at most 2 within 1 day</ins>" in told
    assert 'name="caps-0-limit" value="2"' in answer.content.decode()
    assert [cap.limit for cap in site.frequency_caps.all()] == [2]


def test_who_saves_alone_is_told_nothing(client_: Client, site: Site) -> None:
    for name in ("Shop", "Store"):
        seen = find_seen(client_.get(page_of(site)))
        assert (
            client_.post(page_of(site), {**PAGES["site"].sent, "name": name, "seen": seen}).status_code == 302
        )
    assert has(site, {"name": "Store"})


def test_what_a_visitor_does_meanwhile_is_no_change_of_their_profile(client_: Client, site: Site) -> None:
    person = factories.make_subscriber(site, city="Ulm")
    seen = find_seen(client_.get(page_of(person)))
    later = person.last_seen_at + dt.timedelta(hours=1)
    Subscriber.objects.filter(pk=person.pk).update(last_seen_at=later)
    assert client_.post(page_of(person), {"city": "Wien", "seen": seen}).status_code == 302
    assert has(person, {"city": "Wien", "last_seen_at": later})


def test_every_page_that_people_edit_heeds_others() -> None:
    for model, page in admin.site._registry.items():
        if model._meta.app_label in MACHINERY:
            continue
        if model._meta.model_name in {
            "inboxitem",
            "invitation",
            "apikey",
            "auditentry",
        }:  # nobody rewrites what was sent
            continue
        assert isinstance(page, HeedsOthers), model
        assert issubclass(page.form, SeenForm), model


def test_of_long_texts_the_part_that_differs_is_shown() -> None:
    before, after = "a" * 400 + "b" * 400, "a" * 400 + "c" * 400
    (change,) = describe_changes({"x": before}, {"x": after}, label=str, say=lambda _, value: str(value))
    assert change.before.startswith("…aaa")
    assert "b" in change.before
    assert "c" in change.after
