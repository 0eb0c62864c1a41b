"""One of everything on a site, with the same word in every text, so that no answer can show any of it unnoticed."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group, User
from django.utils import timezone
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask
from rest_framework.authtoken.models import TokenProxy

from access.keys import make_key
from access.models import AuditEntry, Scope
from campaigns.models import Campaign, Delivery, FrequencyCap, SendingPolicy, Variant
from segments.membership import Cause
from segments.models import Membership, MembershipChange, Segment, SegmentUpload, SegmentVersion, UploadFile
from signin.models import Invitation
from subscribers.models import Attribute, IdentitySecret, Site, Subscriber
from tests import factories
from tracking.models import EventType, InboxItem, MessageCampaign

EVERYBODY: dict[str, Any] = factories.EVERYONE


@dataclass(frozen=True)
class World:
    """What a site has. `rows` are by label of their model, like `segments.segment`; further ones have names of their own."""

    site: Site
    word: str
    rows: dict[str, Any]

    def __getattr__(self, name: str) -> Any:
        return self.rows[name]


def make_world(word: str) -> World:
    site = factories.make_site(
        name=f"{word} shop", url=f"https://{word}.example", contact_email=f"push@{word}.example"
    )
    person = _make_person(site, word)
    rows: dict[str, Any] = {
        "subscribers.site": site,
        "subscribers.subscriber": person,
        "subscribers.place": factories.make_place(site, name=f"{word} store"),
        "subscribers.attribute": Attribute.objects.create(
            site=site, key=f"{word}_tier", type="text", description=word
        ),
        "tracking.eventtype": _find_type(site, word),
        "tracking.inboxitem": _make_item(site, word),
        "access.apikey": make_key(site=site, name=f"{word} backend", scopes=[Scope.READ])[0],
        "access.auditentry": AuditEntry.objects.create(
            site=site, actor="person", actor_name=f"{word}er", door="admin", action="change", target_name=word
        ),
        "signin.invitation": _make_invitation(site, word),
        "secret": _make_secrets(site),
        **_make_segments(site, word, person),
        **_make_machinery(word),
    }
    return World(site, word, {**rows, **_make_campaigns(site, word, person, rows["segments.segment"])})


def _make_person(site: Site, word: str) -> Subscriber:
    now = timezone.now()
    person = factories.make_subscriber(
        site, external_id=f"{word}-1", email=f"one@{word}.example", city=word, last_seen_at=now,
        created_at=now - dt.timedelta(days=1), attributes={f"{word}_tier": word},
    )  # fmt: skip
    factories.make_push_subscription(person)
    factories.make_event(person, f"{word}_bought", now - dt.timedelta(hours=1), item=word)
    return person


def _find_type(site: Site, word: str) -> EventType:
    EventType.objects.filter(site=site).update(first_seen_at=timezone.now(), description=word)
    return EventType.objects.get(site=site, name=f"{word}_bought")


def _make_invitation(site: Site, word: str) -> Invitation:
    tomorrow = timezone.now() + dt.timedelta(days=1)
    invitation = Invitation.objects.create(
        email=f"new@{word}.example", role="analyst", secret=word, expires_at=tomorrow
    )
    invitation.sites.add(site)
    return invitation


def _make_secrets(site: Site) -> IdentitySecret:
    """The older one of two."""
    older = IdentitySecret.objects.create(site=site, made_at=timezone.now())
    IdentitySecret.objects.create(site=site, made_at=timezone.now())
    return older


def _make_item(site: Site, word: str) -> InboxItem:
    now = timezone.now()
    return InboxItem.objects.create(
        site=site, shard=1, payload={"value": word}, received_at=now, failed_at=now, failure=word
    )


def _make_segments(site: Site, word: str, person: Subscriber) -> dict[str, Any]:
    now = timezone.now()
    live = factories.make_segment(
        site, name=f"{word} lovers", description=word, status=Segment.Status.READY, refreshed_at=now,
        member_count=1,
    )  # fmt: skip
    version = SegmentVersion.objects.create(segment=live, number=1, rule=live.rule, created_at=now)
    Segment.objects.filter(pk=live.pk).update(live_version=version)
    kept = factories.make_list(site, name=f"{word} list", member_count=1)
    for segment in (live, kept):
        Membership.objects.create(segment=segment, subscriber=person, entered_at=now)
        MembershipChange.objects.create(
            segment=segment, subscriber=person, kind="entered", cause=Cause.BUILD, changed_at=now
        )
    upload = SegmentUpload.objects.create(segment=kept, created_at=now, file_name=f"{word}.csv")
    UploadFile.objects.create(upload=upload, content=f"id\n{word}-1\n".encode())
    return {"segments.segment": live, "list": kept, "upload": upload}


def _make_campaigns(site: Site, word: str, person: Subscriber, segment: Segment) -> dict[str, Any]:
    texts = {"title": f"{word} sale", "body": f"{word} in it", "link_url": f"https://{word}.example/sale"}
    draft = factories.make_campaign(site, name=f"{word} draft", **texts)
    draft.include_segments.add(segment)
    Variant.objects.create(campaign=draft, letter="B", title=f"{word} again")
    sent = factories.make_campaign(
        site, name=f"{word} sent", status=Campaign.Status.RUNNING, launched_at=timezone.now(), **texts
    )
    factories.make_delivery(
        sent, person, status=Delivery.Status.SENT, sent_at=timezone.now(), timezone="Europe/Berlin"
    )
    MessageCampaign.objects.create(site=site, campaign=sent.pk, name=f"{word} sent")
    FrequencyCap.objects.create(site=site, limit=3, window=dt.timedelta(days=1))
    policy = SendingPolicy.objects.create(site=site)
    return {"campaigns.campaign": draft, "sent": sent, "campaigns.sendingpolicy": policy}


def _make_machinery(word: str) -> dict[str, Any]:
    """What is of no site: somebody who logs in, a role, jobs and what they run by."""
    user = factories.make_user(username=f"{word}er")
    every, _ = IntervalSchedule.objects.get_or_create(every=7, period="days")
    daily, _ = CrontabSchedule.objects.get_or_create(minute="7", hour="7")
    once, _ = ClockedSchedule.objects.get_or_create(clocked_time=timezone.now() + dt.timedelta(days=7))
    return {
        "auth.user": user,
        "somebody": factories.make_user(),
        "auth.group": Group.objects.create(name=f"{word}s"),
        "authtoken.tokenproxy": TokenProxy.objects.create(user=user),
        "django_celery_beat.periodictask": PeriodicTask.objects.create(name=word, task=word, interval=every),
        "django_celery_beat.intervalschedule": every,
        "django_celery_beat.crontabschedule": daily,
        "django_celery_beat.clockedschedule": once,
    }


def make_member(world: World, role: str) -> User:
    return factories.make_user(memberships={world.site: role})
