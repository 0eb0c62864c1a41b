"""What an unsafe request sends so that it would change something, for whoever may.

By the name of the address (or its path) and, for the API, the method. Admin forms that are shown filled in are sent as
they stand (tests/access/test_traces.py); what else they need is here.
"""

import json
from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from campaigns.approvals import read_standing
from campaigns.models import Campaign
from tests.access.addresses import Address
from tests.access.asking import Json
from tests.access.world import EVERYBODY, World

Body = dict[str, Any] | list[Any]
Make = Callable[[World], Body]
RULE = {"version": 1, "root": {"type": "profile", "field": "city", "operator": "equals", "value": "Bonn"}}


def _site(**fields: Any) -> Make:
    return lambda world: {"site": world.site.pk, **fields}


def _of(body: Body) -> Make:
    return lambda world: body


PLACE = {"name": "New", "latitude": 1, "longitude": 1}
SITE = {"name": "New", "url": "https://new.example", "contact_email": "push@new.example"}
PURCHASE = {
    "id": "01890a5d-ac96-774b-bcce-b302099a8057",
    "type": "event",
    "external_id": "u-42",
    "name": "purchase",
}
API: dict[tuple[str, str], Make] = {
    ("api-track", "POST"): _site(operations=[PURCHASE]),
    ("site-list", "POST"): _of(SITE),
    ("site-detail", "PUT"): _of(SITE),
    ("site-detail", "PATCH"): _of({"name": "New"}),
    ("place-list", "POST"): _site(**PLACE),
    ("place-detail", "PUT"): _site(**PLACE),
    ("place-detail", "PATCH"): _of({"name": "New"}),
    ("attribute-detail", "PUT"): _of({"type": "text", "description": "New"}),
    ("attribute-detail", "PATCH"): _of({"description": "New"}),
    ("eventtype-detail", "PUT"): _of({"description": "New"}),
    ("eventtype-detail", "PATCH"): _of({"description": "New"}),
    ("segment-list", "POST"): _site(name="New", rule=RULE),
    ("segment-detail", "PUT"): _site(name="New", rule=RULE),
    ("segment-detail", "PATCH"): _of({"rule": RULE}),
    ("segment-preview", "POST"): _site(rule=RULE),
    ("segment-preview-history", "POST"): _site(rule=RULE),
    ("segment-compare", "POST"): _of({"rule": RULE}),
    ("segment-snapshot", "POST"): _site(name="New", rule=EVERYBODY),
    ("segment-members-list", "POST"): lambda world: {"remove": [world.rows["subscribers.subscriber"].pk]},
    ("campaign-list", "POST"): _site(name="New", title="Hello"),
    ("campaign-detail", "PUT"): _site(name="New", title="Hello"),
    ("campaign-detail", "PATCH"): _of({"name": "New"}),
    ("campaign-winner", "POST"): _of({"variant": "B"}),
    ("api/v1/sites/<int:site_id>/sending-policy/", "PUT"): _of({"holdout_percent": 5, "frequency_caps": []}),
    ("api/v1/sites/<int:site_id>/sending-policy/", "PATCH"): _of({"holdout_percent": 5}),
}


def _filled(**fields: Any) -> Make:
    """Besides what the form says as it stands."""
    return lambda world: {name: value(world) if callable(value) else value for name, value in fields.items()}


def _json(**fields: Any) -> Make:
    return lambda world: Json(site=world.site.pk, **fields)


def _pk(label: str) -> Callable[[World], Any]:
    return lambda world: world.rows[label].pk


def _find_digest(world: World) -> str:
    """Of the draft as it is looked at."""
    return read_standing(Campaign.objects.get(pk=world.rows["campaigns.campaign"].pk)).digest


_site_pk = _pk("subscribers.site")
_PASSWORD = {"password1": "a correct horse", "password2": "a correct horse"}
ADMIN: dict[str, Make] = {
    "subscribers_place_add": _filled(site=_site_pk, **PLACE),
    "subscribers_site_add": _of({**SITE, "timezone": "UTC"}),
    "segments_segment_add": _filled(site=_site_pk, name="New", rule=json.dumps(RULE)),
    "campaigns_campaign_add": _filled(
        site=_site_pk, name="New", title="Hello", body="You", link_url="https://shop.example/"
    ),
    "signin_invitation_add": _filled(email="ada@shop.example", role="analyst", sites=_site_pk),
    "access_apikey_add": _filled(site=_site_pk, name="New", scopes="read"),
    "account_change_password": _of({"oldpassword": "correct horse", **_PASSWORD}),
    "campaigns_campaign_approval": lambda world: {"digest": _find_digest(world)},
    "auth_user_add": _of({"username": "ada", "usable_password": "true", **_PASSWORD}),
    "auth_user_password_change": _of({"usable_password": "true", **_PASSWORD}),
    "auth_group_add": _of({"name": "New"}),
    "authtoken_tokenproxy_add": _filled(user=_pk("somebody")),
    "django_celery_beat_periodictask_add": _filled(
        name="New", task="new", interval=_pk("django_celery_beat.intervalschedule")
    ),
    "django_celery_beat_intervalschedule_add": _of({"every": 5, "period": "days"}),
    "django_celery_beat_clockedschedule_add": _of(
        {"clocked_time_0": "2099-01-01", "clocked_time_1": "00:00:00"}
    ),
    "segments_segment_change": _of({"name": "New"}),
    "segments_segment_upload": lambda world: {
        "file": SimpleUploadedFile("new.csv", b"id\n1\n"),
        "mode": "add",
    },
    "segments_segment_uploaded": _of({"column": 0, "by": "subscriber"}),
    "segments_segment_snapshot": _json(name="New", rule=EVERYBODY),
    "segments_segment_declare": _json(what="event", name="new", meaning="New"),
    "segments_segment_preview": _json(rule=RULE),
    "segments_segment_past": _json(rule=RULE),
    "segments_segment_comparison": _json(rule=RULE, before=EVERYBODY),
    "segments_segment_restore": _of({"_confirmed": "1"}),
    "campaigns_campaign_preview": _filled(site=_site_pk, title="Hello"),
    "campaigns_campaign_winner": _of({"variant": "B"}),
    "campaigns_campaign_test": _filled(subscriber=_pk("subscribers.subscriber")),
    "subscribers_site_add_secret": _of({"days": 0}),
    "subscribers_site_retire_secret": _of({"days": 0}),
    "subscribers_site_signature": _of({"external_id": "u-42", "signature": "v2.1.x"}),
    "tracking_eventtype_unlisted": _filled(site=_site_pk, name="rare"),
    "tracking_eventtype_properties": _of({"action": "hide", "_selected_action": "item"}),
}


def find_body(address: Address, method: str, world: World) -> Body | None:
    """For the API and the admin alike; None: nothing."""
    name = address.name or address.pattern
    make = API.get((name, method)) or (ADMIN.get(name) if method == "POST" else None)
    return make(world) if make else None
