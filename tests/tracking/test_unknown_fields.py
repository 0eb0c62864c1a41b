"""What an SDK sends and this server does not know is left out, and said."""

import json
import uuid
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from rest_framework.authtoken.models import Token

from subscribers.models import Site
from tests.factories import make_user
from tests.tracking.requests import event


def track(client: Client, site: Site, operation: dict[str, Any], **request: Any) -> dict[str, Any]:
    body = {
        "site_key": site.public_key,
        "subscriber": str(uuid.uuid4()),
        "operations": [{"id": str(uuid.uuid4()), **operation}],
        **request,
    }
    response = client.post("/v1/track", json.dumps(body), content_type="application/json")
    assert response.status_code == 202, response.content
    return dict(response.json())


@pytest.mark.parametrize(
    ("operation", "warning"),
    [
        (
            {"type": "event", "name": "bought", "propertys": {"a": 1}},
            "propertys: is not known and was left out. Did you mean properties?",
        ),
        ({"type": "page", "url": "https://shop.example/", "xyz": 1}, "xyz: is not known and was left out."),
        ({"type": "unsubscribe", "\ud800x": 1}, "?x: is not known and was left out."),
        (
            {"type": "event", "name": "bought", "external_id": "u-1"},
            "external_id: is not known and was left out.",
        ),
    ],
)
def test_an_unknown_field_of_an_operation_is_warned_of(
    client: Client, site: Site, operation: dict[str, Any], warning: str
) -> None:
    answer = track(client, site, operation)

    assert answer["accepted"] == 1
    assert [each["warning"] for each in answer["warnings"]] == [f"operations[0]: {warning}"]


def test_an_unknown_field_of_the_request_is_warned_of(client: Client, site: Site) -> None:
    answer = track(client, site, {"type": "event", "name": "bought"}, sentAt="x", context={"timezon": "UTC"})

    assert [(each["id"], each["warning"]) for each in answer["warnings"]] == [
        (None, "sentAt: is not known and was left out. Did you mean sent_at?"),
        (None, "context.timezon: is not known and was left out. Did you mean timezone?"),
    ]


def test_half_a_surrogate_pair_in_the_name_of_a_field_breaks_no_answer(site: Site) -> None:
    """Backends are answered in UTF-8, in which there is none."""
    user = make_user()
    user.user_permissions.add(Permission.objects.get(codename="add_event"))
    body = {"site": site.pk, "operations": [{**event(), "external_id": "u-1", "\ud800": 1}]}
    answer = Client(raise_request_exception=False).post(
        "/api/v1/track/",
        json.dumps(body),
        content_type="application/json",
        HTTP_AUTHORIZATION=f"Token {Token.objects.create(user=user)}",
    )

    assert (answer.status_code, answer.json()["accepted"]) == (202, 1)
    assert len(answer.json()["warnings"]) == 1
