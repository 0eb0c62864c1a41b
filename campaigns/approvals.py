"""Two pairs of eyes: whether a campaign needs somebody's approval, whether it has it, asking for it and giving it.

What was approved is what is sent: an approval holds a digest of all that decides what is sent to whom, and counts only
as long as that is the same. So whatever changes, by whichever door, voids it, and nothing has to be told.
"""

import datetime as dt
import enum
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from campaigns.audience import count_audience, list_needed
from campaigns.contents import read_campaign
from campaigns.models import Campaign, CampaignApproval, FrequencyCap, SendingPolicy
from segments.models import MembershipChange, Segment, SegmentUpload, SegmentVersion

GROWTH = 2  # an approval holds for so many times the people it was given for
OPEN = (
    Campaign.Status.DRAFT,
    Campaign.Status.SCHEDULED,
    Campaign.Status.RUNNING,
    Campaign.Status.PAUSED,
)
# By the site's time zone those get theirs whose own nobody knows.
_OF_SITE = ("quiet_from", "quiet_until", "quiet_action", "holdout_percent", "site__timezone")


class ApprovalError(ValueError):
    """Why it cannot be asked for or given; says who can do what instead."""


class State(enum.StrEnum):
    NOT_NEEDED = "not_needed"
    NEEDED = "needed"
    WAITING = "waiting"
    VOID = "void"
    APPROVED = "approved"


@dataclass(frozen=True)
class Standing:
    """How it stands with a campaign's approval. `people`: how many it goes to now; None: this site asks for none.

    `approval`: the last one that was given; `request`: the one that waits; `digest`: of what there is to approve now.
    """

    state: State
    people: int | None = None
    approval: CampaignApproval | None = None
    request: CampaignApproval | None = None
    digest: str = ""

    @property
    def holds_back(self) -> bool:
        return self.state not in (State.NOT_NEEDED, State.APPROVED)


def read_standing(campaign: Campaign) -> Standing:
    above = read_threshold(campaign.site_id)
    if above is None:
        return Standing(State.NOT_NEEDED)
    people = count_audience(campaign)
    given = _find_given(campaign)
    waiting = campaign.approvals.filter(approved_at=None).select_related("asked_by").first()
    digest = digest_decisions(campaign)
    if above and people <= above:
        state = State.NOT_NEEDED
    elif given and given.digest == digest and people <= max(GROWTH * given.people, above):
        state = State.APPROVED
    elif waiting:
        state = State.WAITING
    else:
        state = State.VOID if given else State.NEEDED
    return Standing(state, people, given, waiting, digest)


def read_threshold(site_id: int) -> int | None:
    """Above so many people campaigns of the site need approval; None: none does."""
    return SendingPolicy.objects.filter(site=site_id).values_list("approval_above", flat=True).first()


def is_as_approved(campaign: Campaign) -> bool:
    """Whether nothing was changed since it was approved: asked while a run is planned, chunk by chunk."""
    given = _find_given(campaign) if read_threshold(campaign.site_id) is not None else None
    return given is None or given.digest == digest_decisions(campaign)


def say_standing(standing: Standing) -> str:
    """What keeps it from going out, and what to do about it; “”: nothing."""
    if not standing.holds_back:
        return ""
    people = f"{standing.people:,} {'person' if standing.people == 1 else 'people'}"
    if standing.state == State.WAITING:
        return f"Waiting for approval: it goes to {people}, and somebody else has to look at it first."
    if standing.state == State.VOID and standing.approval is not None:
        if standing.approval.digest == standing.digest:
            return (
                f"Waiting for approval: it was approved for {standing.approval.people:,} people and would go to "
                f"{people} now. Ask for approval again."
            )
        return "Waiting for approval: it was changed after it was approved. Ask for approval again."
    return f"It goes to {people} and needs a second person’s approval first. Ask for approval."


def digest_decisions(campaign: Campaign) -> str:
    """Of messages, versions, schedule and caps, the segments it needs with their rules and lists, its site's limits and hours."""
    decided = {name: value for name, value in read_campaign(campaign).items() if name != "status"}
    segments = Segment.objects.filter(pk__in=list_needed(campaign)).order_by("pk")
    whole = {
        "campaign": decided,
        "segments": [_read_segment(segment) for segment in segments],
        "policy": SendingPolicy.objects.filter(site=campaign.site_id).values(*_OF_SITE).first(),
        "caps": list(
            FrequencyCap.objects.filter(site=campaign.site_id)
            .order_by("window", "limit")
            .values("window", "limit")
        ),
    }
    return hashlib.sha256(json.dumps(whole, sort_keys=True, default=str).encode()).hexdigest()


@transaction.atomic
def ask_approval(campaign: Campaign, *, by: User | None, now: dt.datetime) -> CampaignApproval:
    """Have it wait for somebody else's eyes. Who asks is never who approves. ApprovalError: there is nothing to ask for."""
    campaign = _lock(campaign)
    standing = read_standing(campaign)
    if standing.state == State.NOT_NEEDED:
        raise ApprovalError("It needs no approval: launch it.")
    if standing.state == State.APPROVED:
        raise ApprovalError("It is approved already: launch it.")
    request = standing.request or CampaignApproval(campaign=campaign)
    request.asked_by, request.asked_at = by or request.asked_by, now
    request.save()
    return request


@transaction.atomic
def approve_campaign(
    campaign: Campaign, *, by: User, now: dt.datetime, digest: str | None = None
) -> CampaignApproval:
    """Approve what it is now. `digest`: of what they looked at; if it is another by now, nothing is approved.

    ApprovalError, too, for whoever wrote it last or asked for it: they are the first pair of eyes.
    """
    campaign = _lock(campaign)
    standing = read_standing(campaign)
    if standing.people is None:
        raise ApprovalError("This site asks for no approval.")
    if problem := find_objection(campaign, standing, by=by):
        raise ApprovalError(problem)
    if digest is not None and digest != standing.digest:
        raise ApprovalError("It was changed while you looked at it. Look at it again, then approve it.")
    approval = standing.request or CampaignApproval(campaign=campaign)
    approval.approved_by, approval.approved_at = by, now
    approval.digest, approval.people = standing.digest, standing.people
    approval.save()
    return approval


def find_objection(campaign: Campaign, standing: Standing, *, by: User) -> str:
    """Why this person is no second pair of eyes; “”: they are."""
    if campaign.status not in OPEN:
        return f"There is nothing to approve: this campaign is {campaign.get_status_display().lower()}."
    if by.pk == (campaign.changed_by_id or campaign.created_by_id):
        return "You wrote this last: somebody else has to approve it."
    if standing.request is not None and standing.request.asked_by_id == by.pk:
        return "You asked for this approval: somebody else has to give it."
    if name := _find_segment_changed(campaign, standing, by=by):
        return (
            f"You, or a program, changed who is in “{name}” since somebody else decided about it: somebody else has to "
            "approve that, or to ask for approval again."
        )
    return ""


def find_launch_problem(campaign: Campaign, *, by: User | None) -> str:
    """What keeps them from launching it for want of a second pair of eyes; “”: nothing."""
    standing = read_standing(campaign)
    if standing.holds_back:
        return say_standing(standing)
    given = standing.approval
    if standing.state != State.APPROVED or given is None or by is None or given.approved_by_id != by.pk:
        return ""
    return "" if given.asked_by_id else "You approved it unasked: somebody else has to launch it."


@transaction.atomic
def hold_back(campaign: Campaign, *, now: dt.datetime) -> bool:
    """Whether a run that is due waits for approval; then somebody is asked, and the campaign says so."""
    standing = read_standing(campaign)
    if not standing.holds_back:
        return False
    if standing.request is None:
        CampaignApproval.objects.get_or_create(
            campaign=campaign, approved_at=None, defaults={"asked_at": now}
        )
    under_way = (Campaign.Status.SCHEDULED, Campaign.Status.RUNNING)
    words = say_standing(standing).removesuffix(" Ask for approval again.")
    Campaign.objects.filter(pk=campaign.pk, status__in=under_way).update(status_reason=words[:300])
    return True


def list_waiting(campaigns: QuerySet[Campaign]) -> QuerySet[Campaign]:
    """Those of the campaigns whose approval somebody asked for, and nobody gave."""
    requests = CampaignApproval.objects.filter(campaign=OuterRef("pk"), approved_at=None)
    return campaigns.filter(Exists(requests), status__in=OPEN)


def _find_given(campaign: Campaign) -> CampaignApproval | None:
    given = campaign.approvals.filter(approved_at__isnull=False).select_related("approved_by", "asked_by")
    return given.order_by("-approved_at", "-pk").first()


def _find_segment_changed(campaign: Campaign, standing: Standing, *, by: User) -> str:
    """The name of a segment it needs that this person changed after anybody else had decided about the campaign."""
    asked = standing.request.asked_at if standing.request and standing.request.asked_by_id else None
    given = standing.approval.approved_at if standing.approval else None
    decided = [at for at in (asked, given, campaign.launched_at) if at is not None]
    if not decided:
        return ""
    needed, since = list_needed(campaign), max(decided)
    theirs = Q(created_by=by) | Q(created_by=None)  # a key's, which may be theirs
    rules = SegmentVersion.objects.filter(theirs, segment__in=needed, created_at__gt=since)
    files = SegmentUpload.objects.filter(theirs, segment__in=needed, finished_at__gt=since)
    for rows in (rules, files):
        name = rows.values_list("segment__name", flat=True).first()
        if name is not None:
            return str(name)
    return ""


def _read_segment(segment: Segment) -> list[Any]:
    """A live one is its rule; a list is whom people put on it, so when they last did."""
    if segment.is_live:
        return [segment.pk, segment.rule]
    by_hand = MembershipChange.objects.filter(segment=segment, cause=MembershipChange.Cause.LIST)
    return [segment.pk, by_hand.order_by("-changed_at").values_list("changed_at", flat=True).first()]


def _lock(campaign: Campaign) -> Campaign:
    rows = Campaign.objects.select_for_update(of=("self",), no_key=True).select_related("site")
    return rows.get(pk=campaign.pk)
