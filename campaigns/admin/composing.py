"""What the page of a draft shows around its form: sites, attributes to insert, people to preview with."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import ModelAdmin

from access.audit import tell_shown
from campaigns.admin.advice_views import say_audience
from campaigns.admin.choice_words import CHOICES
from campaigns.admin.emoji import EMOJI
from campaigns.admin.goal_offers import list_goal_events, list_goal_kinds
from campaigns.admin.pages import list_buttons
from campaigns.admin.policy import describe_site
from campaigns.admin.policy_wording import summarize_goal, summarize_limits
from campaigns.admin.run_views import describe_next_runs
from campaigns.admin.samples import describe_sample, find_samples
from campaigns.admin.wording import describe_ttl
from campaigns.forms import CampaignForm
from campaigns.forms.advice import advise
from campaigns.models import Campaign
from subscribers.models import Attribute, Site, Subscriber
from subscribers.remembering import Remembered

_KEEP_SECONDS = 60
_counts = Remembered[dict[int, int]](dict[int, int])
PROFILE_KEYS = {
    "country": "Country (like DE)",
    "region": "Region",
    "city": "City",
    "language": "Language (like de-DE)",
    "external_id": "Customer id",
    "email": "Email address",
}
# The parts of the form that are folded away, with the fields that unfold them when they are not as usual.
FOLDED = {
    "audience": ("holdout_percent", "audience_at"),
    "late": ("late_policy", "late_limit_minutes"),
    "goal": ("goal_event", "click_window", "view_window", "revenue_property", "counts_every_conversion"),
    "limits": (
        "cap_by", "cap_limit", "cap_window", "counts_towards_caps", "priority", "quiet_hours", "throttle_per_minute",
    ),
    "delivery": ("devices", "ttl", "urgency", "topic"),
}  # fmt: skip


@dataclass(frozen=True)
class SiteFacts:
    """What a marketer should know of a site while writing for it."""

    pk: int
    name: str
    timezone: str
    subscribers: int
    reachable: int
    policy: list[str]


def describe_composer(
    request: HttpRequest, form: CampaignForm, campaign: Campaign | None, model_admin: ModelAdmin
) -> dict[str, Any]:
    """The context of the form's template, besides what the admin gives."""
    if not hasattr(form, "sites"):  # the reader may look, but not change
        return {}
    site = form.find_site()
    draft: Campaign = form.instance
    _note_advice(form)
    samples = list(find_samples(site)[:10]) if site else []
    tell_shown(request, count=len(samples), site=site.pk if site else None)
    kinds = list_goal_kinds(form.sites)
    return {
        "campaign": campaign,
        "buttons": list_buttons(request, campaign or Campaign(), model_admin),
        "site_facts": _gather_site_facts(form.sites),
        "chosen_site": site,
        "audience": say_audience(form),
        "insertable": list_insertable(form.sites),
        "emoji": EMOJI,
        "samples": [(person.pk, describe_sample(person)) for person in samples],
        "words": CHOICES,
        "lettered_versions": form.versions.list_lettered(),
        "open_sections": _list_open(form),
        "summaries": {
            "goal": summarize_goal(draft),
            "limits": summarize_limits(draft),
            "delivery": f"{draft.get_devices_display()}; tried for {describe_ttl(draft.ttl)}",
        },
        "runs": describe_next_runs(draft, now=timezone.now()),
        "goal_events": list_goal_events(form.sites, str(form["goal_event"].value() or "")),
        "goal_kinds": kinds,
        "goal_properties": sorted({name for events in kinds.values() for known in events.values() for name in known}),
        "may_see_policy": request.user.has_perm("campaigns.view_sendingpolicy"),
        "may_change_policy": request.user.has_perm("campaigns.change_sendingpolicy"),
    }  # fmt: skip


def _note_advice(form: CampaignForm) -> None:
    """Beside its field, also where no script asks for it."""
    advice = advise(form, now=timezone.now())
    for part in [form, *form.versions.forms]:
        for name in part.fields:
            setattr(part[name], "advice", advice.get(part.add_prefix(name), []))  # noqa: B010  # read by field.html


def list_insertable(sites: list[Site]) -> list[dict[str, Any]]:
    """What “Insert attribute” offers: the sites' attributes and the profile fields that messages may use."""
    rows = (
        Attribute.objects.filter(site__in=sites)
        .exclude(type__in=[Attribute.Type.LIST, Attribute.Type.OBJECT])
        .order_by("key")
    )
    attributes = [{"key": row.key, "label": row.key, "site": row.site_id} for row in rows]
    return attributes + [{"key": key, "label": label, "site": None} for key, label in PROFILE_KEYS.items()]


def _list_open(form: CampaignForm) -> set[str]:
    """The folded parts in which something is wrong, or not as it usually is."""
    usual, draft = Campaign(), form.instance
    sections = set()
    for section, fields in FOLDED.items():
        differs = any(getattr(draft, name, None) != getattr(usual, name, None) for name in fields)
        if differs or any(name in form.errors for name in fields):
            sections.add(section)
    if draft.goal or form["goal_event"].value():
        sections.add("goal")
    return sections


def _gather_site_facts(sites: list[Site]) -> list[SiteFacts]:
    everyone = _count_by_site("living", Subscriber.objects.living())
    reachable = _count_by_site("reachable", Subscriber.objects.reachable())
    return [
        SiteFacts(
            site.pk,
            site.name,
            site.clock_name,
            everyone.get(site.pk, 0),
            reachable.get(site.pk, 0),
            describe_site(site),
        )
        for site in sites
    ]


def _count_by_site(name: str, people: QuerySet[Subscriber]) -> dict[int, int]:
    """At most a minute old: counting millions takes longer than a form should."""
    key = f"composing:{name}"
    counts = _counts.recall(key)
    if counts is None:
        counts = dict(people.values_list("site").annotate(Count("pk")))
        _counts.keep(key, counts, _KEEP_SECONDS)
    return counts
