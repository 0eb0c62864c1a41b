"""The dry run in the admin: what a launch would do, and everybody one by one."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods
from unfold.admin import ModelAdmin

from access.audit import tell_shown
from campaigns.admin.dry_run import describe_dry_run, label_outcome, list_reasons
from campaigns.admin.pages import find_campaign, redirect_to, render_page
from campaigns.dry_runs import Outlook, Wanted, list_people, render_samples
from campaigns.dry_runs.answering import answer_dry_run
from campaigns.models import Campaign, DryRun

SEE_PEOPLE = "subscribers.view_subscriber"
PAGE_SIZE = 50


@require_http_methods(["GET", "POST"])
def show_dry_run(request: HttpRequest, campaign_id: int, model_admin: ModelAdmin) -> HttpResponse:
    """Everything about it; posting works it out anew."""
    campaign = find_campaign(request, campaign_id)
    if campaign.status != Campaign.Status.DRAFT:
        messages.error(
            request, "This campaign was launched already: its report says what became of everybody."
        )
        return redirect_to(campaign)
    context = gather_dry_run(request, campaign, anew=request.method == "POST")
    if request.method == "POST":
        return redirect_to(campaign, "dry_run")
    if context["dry_run_words"] and request.user.has_perm(SEE_PEOPLE, campaign):
        context |= _list_people(request, campaign, context["dry_run"])
    return render_page(request, model_admin, campaign, "dry_run", **context)


@require_GET
def show_dry_run_progress(request: HttpRequest, campaign_id: int, model_admin: ModelAdmin) -> HttpResponse:
    """How far it has come, asked for every second while it is being worked out."""
    campaign = find_campaign(request, campaign_id)
    dry_run = DryRun.objects.filter(campaign=campaign).first()
    if dry_run is None:
        return JsonResponse({"status": "", "looked_at": 0, "total": 0, "sentence": ""})
    return JsonResponse(
        {
            "status": dry_run.status,
            "looked_at": dry_run.looked_at,
            "total": dry_run.total,
            "sentence": say_progress(dry_run),
        }
    )


def gather_dry_run(request: HttpRequest, campaign: Campaign, *, anew: bool = False) -> dict[str, Any]:
    """What a page shows of a campaign's dry run; sample messages once it is ready, for those who may see people."""
    user = request.user if isinstance(request.user, User) else None
    dry_run = answer_dry_run(campaign, user, now=timezone.now(), anew=anew)
    words = describe_dry_run(dry_run, campaign)
    tell_shown(request, count=(dry_run.summary or {}).get("audience"))
    may_see = words is not None and request.user.has_perm(SEE_PEOPLE, campaign)
    return {
        "dry_run": dry_run,
        "dry_run_words": words,
        "progress_words": say_progress(dry_run),
        "samples": render_samples(campaign, as_of=dry_run.as_of, each=2) if may_see else [],
        "site": campaign.site,
    }


def say_progress(dry_run: DryRun) -> str:
    if dry_run.status == DryRun.Status.FAILED:
        return f"It could not be worked out. {dry_run.failure}"
    if dry_run.status == DryRun.Status.READY:
        return "Ready."
    if not dry_run.total:
        return "Being worked out …"
    return f"Being worked out: {min(dry_run.looked_at, dry_run.total):,} of about {dry_run.total:,} people so far."


def _list_people(request: HttpRequest, campaign: Campaign, dry_run: DryRun) -> dict[str, Any]:
    query = request.GET
    wanted = Wanted(
        search=query.get("q", "").strip()[:200],
        zone=query.get("zone", "")[:64],
        variant=query.get("variant", "")[:1],
        reason=query.get("reason", "")[:20],
    )
    after = query.get("after", "")
    page = list_people(
        campaign,
        wanted,
        as_of=dry_run.as_of,
        after=int(after) if after.isdecimal() and len(after) < 19 else 0,
        limit=PAGE_SIZE,
    )
    rest = query.copy()
    rest["after"] = str(page.next_after or "")
    return {
        "people": [(person, _say_outcome(person)) for person in page.people],
        "next_query": rest.urlencode() if page.next_after else "",
        "is_first_page": not after,
        "wanted": wanted,
        "reasons": list_reasons(dry_run.summary or {}),
    }


def _say_outcome(person: Outlook) -> str:
    return label_outcome(person.reason, deferred=person.deferred, awaits_winner=person.awaits_winner)
