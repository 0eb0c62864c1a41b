"""“Send a test”: the message, now, to one chosen subscriber."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.admin import ModelAdmin

from access.audit import record, tell_shown
from campaigns.admin.pages import SEND_TEST, find_campaign, redirect_to, render_page
from campaigns.admin.samples import describe_sample, find_samples
from campaigns.delivery.testing import send_test
from campaigns.models import Campaign
from campaigns.transports.webpush import open_transport
from subscribers.models import Subscriber


def show_test(request: HttpRequest, campaign_id: int, model_admin: ModelAdmin) -> HttpResponse:
    campaign = find_campaign(request, campaign_id, SEND_TEST)
    if campaign.status in (Campaign.Status.FINISHED, Campaign.Status.CANCELLED):
        messages.error(request, "This campaign is over. Duplicate it to send a test of its message.")
        return redirect_to(campaign)
    if request.method == "POST":
        return _send(request, campaign, model_admin)
    return _show_choice(request, campaign, model_admin)


def _send(request: HttpRequest, campaign: Campaign, model_admin: ModelAdmin) -> HttpResponse:
    chosen = request.POST.get("subscriber", "")
    people = find_samples(campaign.site, reachable=True)
    subscriber = people.filter(pk=int(chosen)).first() if chosen.isdecimal() and len(chosen) < 19 else None
    if subscriber is None:
        return _show_choice(request, campaign, model_admin, error="Choose who should get the test.")
    with open_transport() as transport:
        result = send_test(campaign, subscriber, now=timezone.now(), transport=transport)
    record(request, "send_test", campaign, to=str(subscriber.opaque_id), sent=result.ok)
    tell = messages.success if result.ok else messages.error
    tell(request, result.sentence)
    return _show_choice(request, campaign, model_admin, chosen=subscriber)


def _show_choice(
    request: HttpRequest,
    campaign: Campaign,
    model_admin: ModelAdmin,
    *,
    error: str = "",
    chosen: Subscriber | None = None,
) -> HttpResponse:
    query = (request.POST if request.method == "POST" else request.GET).get("q", "")
    people = find_samples(campaign.site, query, reachable=True)[:20]
    tell_shown(request, count=len(people))
    return render_page(
        request, model_admin, campaign, "test",
        query=query,
        people=[(person.pk, describe_sample(person)) for person in people],
        error=error,
        chosen_id=chosen.pk if chosen else None,
    )  # fmt: skip
