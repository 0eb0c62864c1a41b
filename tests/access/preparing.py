"""How rows must stand before a request changes something: a campaign to be paused runs, one to be resumed is paused."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from campaigns.approvals import ask_approval
from campaigns.models import Campaign, SendingPolicy
from segments.models import SegmentUpload, SegmentVersion
from subscribers.models import Attribute
from tests import factories
from tests.access.bodies import RULE
from tests.access.world import World
from tracking.event_names import UNLISTED
from tracking.log import append_events
from tracking.models import Event, EventType

Rows = dict[str, Any]  # those that the address is about instead of the world's


def _run(world: World, **values: Any) -> Rows:
    sent = Campaign.objects.get(pk=world.rows["sent"].pk)
    for name, value in {"status": Campaign.Status.RUNNING, **values}.items():
        setattr(sent, name, value)
    sent.save()
    sent.occurrences.all().delete()  # which was not planned, and could not be as what it is
    return {"campaigns.campaign": sent}


def _pause(world: World) -> Rows:
    return _run(world, status=Campaign.Status.PAUSED)


def _test_versions(world: World) -> Rows:
    rows = _run(world, winner_by=Campaign.WinnerBy.HAND)
    rows["campaigns.campaign"].variants.create(letter="B", title="Again")
    return rows


def _need_approval(world: World) -> Rows:
    SendingPolicy.objects.filter(site=world.site).update(approval_above=0)
    return {}


def _ask_approval(world: World) -> Rows:
    _need_approval(world)
    draft = Campaign.objects.get(pk=world.rows["campaigns.campaign"].pk)
    author = factories.make_user(memberships={world.site: "marketer"})
    Campaign.objects.filter(pk=draft.pk).update(changed_by=author, created_by=author)
    draft.refresh_from_db()
    ask_approval(draft, by=author, now=timezone.now())
    return {}


def _have_another_rule(world: World) -> Rows:
    SegmentVersion.objects.filter(segment=world.rows["segments.segment"]).update(rule=RULE)
    return {}


def _say_what_stands_in_the_file(world: World) -> Rows:
    SegmentUpload.objects.filter(pk=world.rows["upload"].pk).update(by=SegmentUpload.Column.SUBSCRIBER)
    return {}


def _use_it_nowhere(world: World) -> Rows:
    Campaign.objects.get(pk=world.rows["campaigns.campaign"].pk).include_segments.clear()
    return {}


def _make_unvisited(world: World) -> Rows:
    return {"subscribers.site": factories.make_site()}


def _announce(world: World) -> Rows:
    return {
        "tracking.eventtype": EventType.objects.create(site=world.site, name="announced", first_seen_at=None)
    }


def _know_a_property(world: World) -> Rows:
    EventType.objects.filter(pk=world.rows["tracking.eventtype"].pk).update(properties={"item": "text"})
    return {}


def _find_no_room(world: World) -> Rows:
    now = timezone.now()
    unlisted = EventType.objects.create(site=world.site, name=UNLISTED)
    kept = {"name": "rare", "properties": {}}
    person = world.rows["subscribers.subscriber"]
    append_events(
        [Event(subscriber=person, event_type=unlisted, occurred_at=now, received_at=now, properties=kept)]
    )
    return {}


def make_targets(world: World) -> Rows:
    """What the names that are to be merged become."""
    return {
        "subscribers.attribute": Attribute.objects.create(site=world.site, key="other", type="text"),
        "tracking.eventtype": EventType.objects.create(site=world.site, name="other"),
    }


PREPARE: dict[str, Callable[[World], Rows]] = {
    **dict.fromkeys(("campaign-pause", "campaigns_campaign_pause"), _run),
    **dict.fromkeys(("campaign-cancel", "campaigns_campaign_cancel"), _run),
    **dict.fromkeys(("campaign-resume", "campaigns_campaign_resume"), _pause),
    **dict.fromkeys(("campaign-winner", "campaigns_campaign_winner"), _test_versions),
    **dict.fromkeys(("campaign-ask-approval", "campaigns_campaign_ask_approval"), _need_approval),
    **dict.fromkeys(("campaign-approve", "campaigns_campaign_approval"), _ask_approval),
    **dict.fromkeys(("segment-versions-restore", "segments_segment_restore"), _have_another_rule),
    "segments_segment_upload_confirm": _say_what_stands_in_the_file,
    **dict.fromkeys(("segment-detail", "segments_segment_delete"), _use_it_nowhere),
    "subscribers_site_delete": _make_unvisited,
    "tracking_eventtype_delete": _announce,
    "tracking_eventtype_properties": _know_a_property,
    "tracking_eventtype_unlisted": _find_no_room,
}
