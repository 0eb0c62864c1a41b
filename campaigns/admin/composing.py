"""What the page of a draft shows around its form: sites, attributes to insert, people to preview with."""

from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from campaigns.admin.emoji import EMOJI
from campaigns.admin.pages import list_buttons
from campaigns.admin.samples import describe_sample, find_samples
from campaigns.admin.wording import LATE_WORDS
from campaigns.forms import CampaignForm
from campaigns.models import Campaign
from subscribers.models import Attribute, Site, Subscriber

_KEEP_SECONDS = 60
PROFILE_KEYS = {
    "country": "Country (like DE)",
    "region": "Region",
    "city": "City",
    "language": "Language (like de-DE)",
    "external_id": "Customer id",
    "email": "Email address",
}
SCHEDULE_WORDS = {
    Campaign.Schedule.NOW: ("Right away", "As soon as you launch it."),
    Campaign.Schedule.INSTANT: (
        "At one moment",
        "Everybody gets it at the same instant, all over the world.",
    ),
    Campaign.Schedule.LOCAL: (
        "At local time",
        "Everybody gets it when their own clock shows the time you choose.",
    ),
}
AUDIENCE_MOMENTS = {
    Campaign.AudienceAt.LAUNCH: (
        "Once, at launch",
        "Whoever is in the segments then gets it, whatever happens in between.",
    ),
    Campaign.AudienceAt.DELIVERY: (
        "Checked again right before each one is sent",
        "Whoever has left the segments by then is skipped.",
    ),
}


@dataclass(frozen=True)
class SiteFacts:
    """What a marketer should know of a site while writing for it."""

    pk: int
    name: str
    timezone: str
    subscribers: int
    reachable: int


def describe_composer(
    request: HttpRequest, form: CampaignForm, campaign: Campaign | None, model_admin: ModelAdmin
) -> dict[str, Any]:
    """The context of the form's template, besides what the admin gives."""
    if not hasattr(form, "sites"):  # the reader may look, but not change
        return {}
    site = form.find_site()
    samples = find_samples(site)[:10] if site else []
    return {
        "campaign": campaign,
        "buttons": list_buttons(request, campaign or Campaign(), model_admin),
        "site_facts": _gather_site_facts(form.sites),
        "chosen_site": site,
        "insertable": list_insertable(),
        "emoji": EMOJI,
        "samples": [(person.pk, describe_sample(person)) for person in samples],
        "schedules": SCHEDULE_WORDS,
        "late_policies": LATE_WORDS,
        "audience_moments": AUDIENCE_MOMENTS,
    }


def list_insertable() -> list[dict[str, Any]]:
    """What “Insert attribute” offers: every site's attributes and the profile fields that messages may use."""
    rows = Attribute.objects.exclude(type=Attribute.Type.LIST).order_by("key")
    attributes = [{"key": row.key, "label": row.key, "site": row.site_id} for row in rows]
    return attributes + [{"key": key, "label": label, "site": None} for key, label in PROFILE_KEYS.items()]


def _gather_site_facts(sites: list[Site]) -> list[SiteFacts]:
    everyone = _count_by_site("living", Subscriber.objects.living())
    reachable = _count_by_site("reachable", Subscriber.objects.reachable())
    return [
        SiteFacts(site.pk, site.name, site.timezone, everyone.get(site.pk, 0), reachable.get(site.pk, 0))
        for site in sites
    ]


def _count_by_site(name: str, people: QuerySet[Subscriber]) -> dict[int, int]:
    """At most a minute old: counting millions takes longer than a form should."""
    key = f"composing:{name}"
    counts: dict[int, int] | None = cache.get(key)
    if counts is None:
        counts = dict(people.values_list("site").annotate(Count("pk")))
        cache.set(key, counts, _KEEP_SECONDS)
    return counts
