"""Somebody of whom every table holds something."""

import uuid
import zlib
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType

from campaigns.delivery import deliver_next
from campaigns.models import Campaign, Conversion, Delivery
from campaigns.transports.memory import MemoryTransport
from segments.models import SegmentUpload, UploadChunk, UploadFile
from subscribers.models import Identity, Site, Subscriber
from tests import factories
from tests.campaigns.people import make_reachable, make_running
from tests.factories import NOW
from tracking.models import InboxItem

MARK = "mallory-4711"
EMAIL = "mallory-4711@mail.example"


def make_everything_of(site: Site) -> Subscriber:
    """Each value that is theirs alone has the mark in it."""
    person = make_reachable(
        site,
        external_id=MARK,
        email=EMAIL,
        attributes={"nick": f"nick {MARK}"},
        raw_values={"age": MARK},
        city=MARK,
    )
    shell = factories.make_subscriber(site, merged_into=person, merged_at=NOW, attributes={"old": MARK})
    for kind, value, whose in (
        ("external", MARK, person),
        ("anonymous", str(person.uuid), person),
        ("anonymous", str(shell.uuid), person),
    ):
        Identity.objects.create(site=site, kind=kind, value=value, subscriber=whose)
    factories.make_event(person, "purchase", product_id=f"engraved {MARK}", value=5)
    send_to(person)
    make_files(site, person)
    staff = factories.make_user()
    LogEntry.objects.create(
        user=staff, content_type=ContentType.objects.get_for_model(Subscriber), object_id=str(person.pk),
        object_repr=str(person), action_flag=CHANGE, change_message="[]",
    )  # fmt: skip
    make_waiting(site, kind="external", value=MARK)
    return person


def send_to(person: Subscriber) -> Campaign:
    campaign = make_running(person.site)
    while deliver_next(now=NOW, transport=MemoryTransport()) is not None:
        pass
    rows = Delivery.objects.filter(campaign=campaign, subscriber=person)
    rows.update(status="clicked", displayed_at=NOW, clicked_at=NOW)
    Conversion.objects.create(
        campaign=campaign, occurrence=1, subscriber_id=person.pk, event_id=uuid.uuid4(), converted_at=NOW,
        credit="click", revenue=5.0, unread="",
    )  # fmt: skip
    return campaign


def make_files(site: Site, person: Subscriber) -> None:
    listed = factories.make_list(site)
    draft = SegmentUpload.objects.create(segment=listed, created_at=NOW, file_name="draft.csv")
    UploadFile.objects.create(upload=draft, content=f"email\nother@mail.example\n{EMAIL.upper()}\n".encode())
    running = SegmentUpload.objects.create(
        segment=listed, created_at=NOW, file_name="list.csv", state="running", row_count=2
    )
    UploadChunk.objects.create(
        upload=running, lines=[1, 2], texts=[EMAIL, "other@mail.example"], people=[person.pk]
    )
    done = SegmentUpload.objects.create(
        segment=listed, created_at=NOW, file_name="list.csv", state="done", row_count=2
    )
    UploadChunk.objects.create(
        upload=done,
        lines=[],
        texts=[],
        failures=[[1, MARK, "Nobody has it"], [2, "other", "Nobody has it"]],
        is_done=True,
    )


def make_waiting(
    site: Site, *, kind: str, value: str, operations: list[dict[str, Any]] | None = None
) -> None:
    sender = zlib.crc32(f"{site.pk}:{kind}:{value}".encode())
    default = [
        {
            "id": str(uuid.uuid4()),
            "type": "attributes",
            "set": {"nick": MARK},
            "unset": [],
            "at": NOW.isoformat(),
        }
    ]
    InboxItem.objects.create(
        site=site, shard=sender % InboxItem.SHARDS, sender=sender, received_at=NOW,
        payload={"kind": kind, "value": value, "source": "api", "operations": default if operations is None else operations},
    )  # fmt: skip
