"""A site whose every text is an attack, and the address of every page of the admin that shows some of it."""

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress

from django.contrib import admin
from django.db.models import Model
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse
from django.utils import timezone

from campaigns.models import Campaign, Delivery, Variant
from segments.models import Membership, Segment
from subscribers.models import Attribute, Site
from tests import factories

MARK = "zqx"
# Ends whatever quotes it stands in, as a word of Alpine's, of HTML, and of the theme's htmx.
PLANT = f"""{MARK}'+(window.ran=1)+'"><script>window.ran=1</script><img src=x onerror=window.ran=1 x-init=window.ran=1>"""
# By script from a page, a form, or into a file: no pages.
NO_PAGES = ("_preview", "_advice", "_samples", "_past", "_comparison", "_snapshot", "_declare", "_catalogue", "_csv",
            "_export", "jsi18n", "_progress", "autocomplete")  # fmt: skip


def plant() -> Site:
    now = timezone.now()
    site = factories.make_site(name=PLANT[:100], url="https://shop.example")
    person = factories.make_subscriber(
        site, external_id=PLANT[:100], email=f"{MARK}@shop.example", city=PLANT[:100], attributes={"tier": PLANT},
        last_seen_at=now,
    )  # fmt: skip
    factories.make_push_subscription(person)
    factories.make_event(person, "bought", now - dt.timedelta(hours=1), item=PLANT)
    Attribute.objects.create(site=site, key="tier", type="text", description=PLANT[:100])
    factories.make_place(site, name=PLANT[:100])
    factories.make_list(site, name=f"1 {PLANT}"[:100])
    condition = {"type": "attribute", "key": "tier", "operator": "equals", "value": PLANT}
    rule = {"version": 1, "root": {"type": "group", "match": "all", "conditions": [condition]}}
    segment = factories.make_segment(
        site, rule, name=PLANT[:100], description=PLANT, status=Segment.Status.READY, refreshed_at=now
    )
    Membership.objects.create(segment=segment, subscriber=person, entered_at=now)
    texts = {"name": PLANT[:100], "title": PLANT[:100], "body": PLANT}
    sent = factories.make_campaign(site, status=Campaign.Status.RUNNING, launched_at=now, **texts)
    factories.make_delivery(sent, person, status=Delivery.Status.SENT, sent_at=now)
    draft = factories.make_campaign(site, **texts | {"name": f"1 {PLANT}"[:100]})
    draft.include_segments.add(segment)
    Variant.objects.create(campaign=draft, letter="B", title=PLANT[:100])
    factories.make_user(username=MARK, first_name=PLANT[:100], last_name=PLANT[:100])
    return site


def list_pages() -> list[str]:
    """Of every model: its list, found and unfound, and each page of its newest rows."""
    found = [reverse("admin:index"), reverse("signin:sessions"), *_list_account_pages()]
    for model, model_admin in admin.site._registry.items():
        for pattern in model_admin.get_urls():
            found += [address for address in _fill(model, pattern) if address not in found]
    return found


def _list_account_pages() -> Iterator[str]:
    for name in get_resolver("signin.urls").reverse_dict:
        if isinstance(name, str) and "logout" not in name:
            with suppress(NoReverseMatch):
                yield reverse(name)


def _fill(model: type[Model], pattern: object) -> Iterator[str]:
    if not isinstance(pattern, URLPattern) or not pattern.name or pattern.name.endswith(NO_PAGES):
        return
    taken = pattern.pattern.converters
    if not taken:
        address = reverse(f"admin:{pattern.name}")
        yield address
        if pattern.name.endswith("_changelist"):
            yield f"{address}?q={MARK}"
        return
    for row in model._default_manager.order_by("-pk")[:2]:
        try:
            yield reverse(f"admin:{pattern.name}", kwargs=dict.fromkeys(taken, row.pk))
        except NoReverseMatch:
            return
