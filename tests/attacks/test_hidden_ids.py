"""Another site's rows, by ids that stand where pages put them: in forms, rows of forms, actions, and what is merged into what."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.core import serializers
from django.test import Client

from campaigns.models import FrequencyCap, Variant
from subscribers.models import Attribute
from tests import factories
from tests.access.world import World, make_member, make_world
from tests.attacks.test_other_sites import browse
from tracking.models import EventType

pytestmark = pytest.mark.django_db


@pytest.fixture
def theirs() -> World:
    return make_world("quagga")


@pytest.fixture
def mine() -> World:
    return make_world("okapi")


def read_rows(world: World) -> str:
    rows = [type(row)._default_manager.filter(pk=row.pk).first() for row in world.rows.values()]
    return "".join(serializers.serialize("json", [row] if row else []) for row in rows)


def list_actions() -> Iterator[tuple[str, str]]:
    for model, page in admin.site._registry.items():
        names = [each if isinstance(each, str) else each.__name__ for each in page.actions or ()]
        for name in ("delete_selected", *names):
            yield f"/admin/{model._meta.app_label}/{model._meta.model_name}/", name


def test_no_action_reaches_a_row_of_another_site(mine: World, theirs: World) -> None:
    """Whatever is chosen by hand, or “all” of a list."""
    page, before = browse(make_member(mine, "operator")), read_rows(theirs)
    ids = [row.pk for row in theirs.rows.values()]
    reached = []
    for address, action in list_actions():
        for across in ("0", "1"):
            asked = {
                "action": action,
                "_selected_action": ids,
                "select_across": across,
                "post": "yes",
                "confirmed": "1",
            }
            answer = page.post(address, {**asked, "index": "0"}, follow=True)
            assert answer.status_code < 500, (address, action)
            if read_rows(theirs) != before:
                reached.append((address, action))

    assert reached == []


@pytest.mark.parametrize("roles", ["operator here", "operator here and there"])
@pytest.mark.parametrize("model", [Attribute, EventType])
def test_names_of_two_sites_do_not_become_one(
    model: type[Attribute] | type[EventType], roles: str, mine: World, theirs: World
) -> None:
    sites = {mine.site: "operator"} | ({theirs.site: "operator"} if "there" in roles else {})
    page = browse(factories.make_user(memberships=sites))
    address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    other = (
        factories.make_attribute(mine.site, "other")
        if model is Attribute
        else EventType.objects.create(site=mine.site, name="other")
    )
    own, foreign = (
        model._default_manager.filter(site=world.site).order_by("pk")[0] for world in (mine, theirs)
    )

    for sources, target in (([own], foreign), ([foreign], own), ([own, foreign], other)):
        chosen = {"action": "merge_names", "_selected_action": [row.pk for row in sources], "confirmed": "1"}
        page.post(address, {**chosen, "target": target.pk})

    foreign.refresh_from_db()
    own.refresh_from_db()
    assert foreign.merged_into is None
    assert own.merged_into in (None, other)


def fill_in(page: Client, address: str) -> dict[str, Any]:
    """What a browser would send back if nobody changed anything."""
    shown: Any = page.get(address).context
    form = shown["adminform"].form
    filled = {name: value for name, value in form.initial.items() if isinstance(value, (str, int))}
    for each in shown.get("inline_admin_formsets", []):
        filled |= {
            f"{each.formset.prefix}-{name}": value
            for name, value in each.formset.management_form.initial.items()
        }
    return filled


def test_a_version_of_another_sites_campaign_is_not_written_from_ones_own(mine: World, theirs: World) -> None:
    draft = mine.rows["campaigns.campaign"]
    page, address = browse(make_member(mine, "marketer")), f"/admin/campaigns/campaign/{draft.pk}/change/"
    version = Variant.objects.get(campaign=theirs.rows["campaigns.campaign"])
    row = {"id": version.pk, "campaign": draft.pk, "letter": "B", "title": "hijacked"}
    prefixed = {f"versions-0-{name}": value for name, value in row.items()}

    for first in (0, 1):
        counts = {"versions-TOTAL_FORMS": 1, "versions-INITIAL_FORMS": first}
        page.post(address, {**fill_in(page, address), **counts, **prefixed})

    version.refresh_from_db()
    assert (version.title, version.campaign_id) == ("quagga again", theirs.rows["campaigns.campaign"].pk)


def test_a_limit_of_another_site_is_not_written_from_ones_own(mine: World, theirs: World) -> None:
    cap = FrequencyCap.objects.get(site=theirs.site)
    page = browse(make_member(mine, "marketer"))
    counts = {"caps-TOTAL_FORMS": "1", "caps-INITIAL_FORMS": "1"}
    row = {"caps-0-id": cap.pk, "caps-0-limit": "9", "caps-0-number": "9", "caps-0-unit": "days"}

    page.post(
        f"/admin/campaigns/sendingpolicy/{mine.site.pk}/change/",
        {"quiet_action": "defer", "holdout_percent": "1", **counts, **row},
    )

    cap.refresh_from_db()
    assert (cap.limit, cap.site) == (3, theirs.site)


def test_who_may_look_on_one_site_alone_is_listed_nothing_of_the_other(mine: World, theirs: World) -> None:
    """An analyst there, an operator here: keys, the log, invitations and what was set aside are operators' to see."""
    page = browse(factories.make_user(memberships={mine.site: "operator", theirs.site: "analyst"}))

    for model in ("access/apikey", "access/auditentry", "signin/invitation", "tracking/inboxitem"):
        shown = page.get(f"/admin/{model}/").context["cl"].result_list
        sites = {getattr(row, "site_id", mine.site.pk) for row in shown}
        assert sites <= {mine.site.pk}, model
    log = page.get("/api/v1/audit/").json()["results"]
    assert {entry["site"] for entry in log} <= {mine.site.pk}
    assert json.dumps(log).count("quagga") == 0
