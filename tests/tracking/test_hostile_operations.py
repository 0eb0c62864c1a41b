"""The law of what comes in: whatever is accepted is applied, nobody's neighbour is lost, nothing is set aside, and no door breaks.

Hostile operations of every type go through the real doors, the inbox and the drain. HOSTILE_OPERATIONS says how many,
HOSTILE_SEED which.
"""

import os
import random
import re
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone
from rest_framework.authtoken.models import Token

from subscribers.customer_ids import clean_customer_id
from subscribers.models import Identity, PushSubscription, Site
from tests.factories import make_user
from tests.tracking.hostile import Hostile, encode
from tests.tracking.requests import Json, body, event, post
from tracking.draining import drain_inbox
from tracking.models import AppliedOperation, Event, InboxItem
from tracking.replays import make_key

OPERATIONS = int(os.environ.get("HOSTILE_OPERATIONS", "600"))
SEED = int(os.environ.get("HOSTILE_SEED") or random.SystemRandom().randrange(10**9))
REQUESTS_A_DRAIN = 12


@dataclass
class Account:
    """What the doors answered, to be compared with what is found in the end."""

    statuses: Counter[int] = field(default_factory=Counter)
    accepted: dict[tuple[str, str, str], Json] = field(
        default_factory=dict
    )  # by sender and id, the first of each
    neighbours: list[str] = field(default_factory=list)
    operations: int = 0
    refused: int = 0

    def note(self, answer: Any, sent: list[tuple[str, str, Any]]) -> None:
        self.statuses[answer.status_code] += 1
        self.operations += len(sent)
        if answer.status_code == 202:
            content = answer.json()
            refused = {_find_place(each["error"]) for each in content["rejected"]}
            assert content["accepted"] == len(sent) - len(refused)
            self.refused += len(refused)
            for place, (kind, value, operation) in enumerate(sent):
                if place not in refused:
                    self.accepted.setdefault((kind, value, str(uuid.UUID(operation["id"]))), operation)
        else:
            self.refused += len(sent)
            assert "error" in answer.json() or "detail" in answer.json(), answer.content


def _find_place(error: str) -> int:
    found = re.match(r"operations\[(\d+)\]: .", error)
    assert found, error
    return int(found[1])


@pytest.fixture
def backend(db: None) -> Client:
    user = make_user()
    user.user_permissions.add(Permission.objects.get(codename="add_event"))
    token = Token.objects.create(user=user)
    return Client(raise_request_exception=False, headers={"Authorization": f"Token {token}"})


def _post_browser(site: Site, hostile: Hostile, client: Client, account: Account, number: int) -> None:
    browser = hostile.dice.choice(hostile.browsers)
    neighbour = event("neighbour", properties={"number": number})
    operations = [hostile.draw_operation() for _ in range(number)]
    operations.insert(hostile.dice.randrange(number + 1), neighbour)
    content = body(
        site, *operations, subscriber=browser, context=hostile.draw_context(), sent_at=hostile.draw_sent_at()
    )
    kind = hostile.dice.choice(["application/json", "text/plain;charset=UTF-8"])
    answer = post(encode(content, hostile.dice), client, content_type=kind)
    account.note(answer, [(Identity.Kind.ANONYMOUS, browser, operation) for operation in operations])
    if answer.status_code == 202:
        account.neighbours.append(neighbour["id"])


def _post_backend(site: Site, hostile: Hostile, client: Client, account: Account, number: int) -> None:
    operations: list[Any] = []
    for _ in range(number):
        operation = hostile.draw_operation()
        operations.append(
            {**hostile.draw_sender(), **operation} if isinstance(operation, dict) else operation
        )
    neighbour = {**event("neighbour"), "external_id": "neighbour"}
    operations.insert(hostile.dice.randrange(number + 1), neighbour)
    lane = hostile.dice.choice([None, "live", "import", "import"])
    content = {"site": site.pk, "operations": operations, "lane": lane, "sent_at": hostile.draw_sent_at()}
    answer = client.post("/api/v1/track/", encode(content, hostile.dice), content_type="application/json")
    account.note(answer, [(*_name(operation), operation) for operation in operations])
    if answer.status_code == 202:
        account.neighbours.append(neighbour["id"])


def _name(operation: Any) -> tuple[str, str]:
    """Whom a backend's operation is about, as the inbox names them; of those that are refused it does not matter."""
    if not isinstance(operation, dict):
        return "", ""
    if operation.get("type") == "identify" or operation.get("external_id") is None:
        return Identity.Kind.ANONYMOUS, str(operation.get("subscriber"))
    return Identity.Kind.EXTERNAL, str(operation["external_id"])


def test_whatever_is_accepted_is_applied(site: Site, backend: Client) -> None:
    print(f"seed {SEED}, {OPERATIONS} operations")
    site.trusts_names = True  # so that each name leaves a trace
    site.save()
    hostile, account = Hostile(SEED), Account()
    browser = Client(raise_request_exception=False)
    drains = 0
    while account.operations < OPERATIONS:
        for _ in range(REQUESTS_A_DRAIN):
            send, client = hostile.dice.choice([(_post_browser, browser), (_post_backend, backend)])
            send(site, hostile, client, account, hostile.dice.choice([1, 2, 5, 10, 30]))
        result = drain_inbox(now=timezone.now())
        drains += 1
        assert (result.failed, result.put_off) == (0, ""), list(
            InboxItem.objects.values("failure", "payload")
        )

    assert not InboxItem.objects.exists(), "nothing is set aside, nothing is left"
    assert set(account.statuses) <= {202, 400}, account.statuses
    found = set(Event.objects.filter(event_type__name="neighbour").values_list("id", flat=True))
    assert {uuid.UUID(id_) for id_ in account.neighbours} == found, "no neighbour is lost"
    _check_applied(site, account)
    kinds = Counter(operation["type"] for operation in account.accepted.values())
    print(
        f"{account.operations} sent, {account.refused} refused, {dict(kinds)} applied, {drains} drains, {account.statuses}"
    )
    assert len(kinds) == 6


def _check_applied(site: Site, account: Account) -> None:
    """Each is remembered as applied, and has left what its kind leaves."""
    applied = set(AppliedOperation.objects.values_list("key", flat=True))
    events = dict(Event.objects.values_list("id", "properties"))
    identities = set(Identity.objects.filter(site=site).values_list("kind", "value"))
    endpoints = set(PushSubscription.objects.values_list("endpoint", flat=True))
    first: dict[str, Json] = {}
    for (kind, value, id_), operation in account.accepted.items():
        key = make_key(site.pk, kind, _write(kind, value), uuid.UUID(id_))
        assert key in applied, operation
        match operation["type"]:
            case "event" | "page":
                first.setdefault(id_, operation)
            case "identify":
                name = clean_customer_id(str(operation["external_id"]))
                assert (Identity.Kind.EXTERNAL, name) in identities, operation
            case "subscribe":
                assert operation["subscription"]["endpoint"] in endpoints, operation
    for id_, operation in first.items():
        assert uuid.UUID(id_) in events, operation


def _write(kind: str, value: str) -> str:
    """As the door writes the name."""
    return str(uuid.UUID(value)) if kind == Identity.Kind.ANONYMOUS else clean_customer_id(value)
