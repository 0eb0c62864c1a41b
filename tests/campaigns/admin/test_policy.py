"""What holds for all campaigns of a site, in the admin."""

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse

from campaigns.models import FrequencyCap, SendingPolicy
from subscribers.models import Site
from tests.campaigns.admin.pages import sign_in
from tests.factories import make_site

pytestmark = pytest.mark.django_db
LIST = "/admin/campaigns/sendingpolicy/"


def address(site: Site) -> str:
    return reverse("admin:campaigns_sendingpolicy_change", args=[site.pk])


def write_policy(*caps: tuple[str, str, str], **values: Any) -> dict[str, Any]:
    """What the browser posts: quiet hours and the like, and limits as (how many, number, unit)."""
    names = ("limit", "window_number", "window_unit")
    rows = {
        f"caps-{number}-{name}": value
        for number, cap in enumerate(caps)
        for name, value in zip(names, cap, strict=True)
    }
    fields = {"quiet_action": "defer", "holdout_percent": "0", "_continue": "1"}
    return {"caps-TOTAL_FORMS": len(caps), "caps-INITIAL_FORMS": 0, **fields, **rows, **values}


def save(site: Site, *caps: tuple[str, str, str], **values: Any) -> str:
    """The page after saving."""
    response = sign_in("marketer").post(address(site), write_policy(*caps, **values), follow=True)
    assert not response.context["errors"], response.context["errors"]
    return response.content.decode()


def test_a_site_without_a_policy_has_a_page_already(site: Site) -> None:
    page = sign_in("marketer").get(address(site)).content.decode()

    assert "No limit on how many pushes a person gets." in page
    assert not SendingPolicy.objects.exists()


def test_limits_are_saved_and_said_in_words(site: Site) -> None:
    page = save(site, ("1", "1", "days"), ("3", "7", "days"), ("", "", "days"))

    assert "At most 1 push within 1 day to one person." in page
    assert "At most 3 pushes within 1 week to one person." in page
    assert set(FrequencyCap.objects.values_list("limit", "window")) == {
        (1, dt.timedelta(days=1)),
        (3, dt.timedelta(days=7)),
    }


def test_a_limit_is_removed(site: Site) -> None:
    FrequencyCap.objects.create(site=site, limit=1, window=dt.timedelta(days=1))

    save(site, ("1", "1", "days"), **{"caps-INITIAL_FORMS": 1, "caps-0-DELETE": "on"})

    assert not FrequencyCap.objects.exists()


def test_quiet_hours_and_the_rest_are_saved_and_said_in_words(site: Site) -> None:
    page = save(
        site, quiet_from="22:00", quiet_until="08:00", quiet_action="skip", holdout_percent="5",
        throttle_per_minute="1000",
    )  # fmt: skip

    assert (
        "Quiet hours from 22:00 to 08:00 on each person’s own clock: whoever is due then is left out." in page
    )
    assert "A control group: 5 % of all people" in page
    assert "At most 1,000 pushes a minute" in page
    assert SendingPolicy.objects.get(site=site).quiet_action == "skip"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"quiet_from": "22:00"}, "quiet_until"),
        ({"quiet_until": "08:00"}, "quiet_from"),
        ({"quiet_from": "08:00", "quiet_until": "08:00"}, "quiet_until"),
        ({"holdout_percent": "51"}, "holdout_percent"),
        ({"throttle_per_minute": "0"}, "throttle_per_minute"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(site: Site, values: dict[str, str], field: str) -> None:
    response = sign_in("marketer").post(address(site), write_policy(**values))

    assert list(response.context["adminform"].form.errors) == [field]


@pytest.mark.parametrize(
    ("caps", "row", "field", "sentence"),
    [
        ([("2", "", "days")], 0, "window", "Within which time?"),
        ([("", "1", "days")], 0, "limit", "How many pushes"),
        ([("2", "0", "days")], 0, "window", "longer than no time"),
        ([("2", "400", "days")], 0, "window", "A year is the longest."),
        ([("1", "24", "hours"), ("2", "1", "days")], 1, "window", "a limit for that time already"),
    ],
)
def test_a_limit_that_makes_no_sense_is_explained(
    site: Site, caps: list[tuple[str, str, str]], row: int, field: str, sentence: str
) -> None:
    form = sign_in("marketer").post(address(site), write_policy(*caps)).context["adminform"].form

    assert form.errors["__all__"] == ["A limit needs another look: see below."]
    assert sentence in form.caps.forms[row].errors[field][0]


def test_a_single_site_needs_no_list(site: Site) -> None:
    assert sign_in("marketer").get(LIST)["Location"] == address(site)


def test_of_several_sites_each_says_what_holds_for_it(site: Site) -> None:
    FrequencyCap.objects.create(site=make_site(name="Second"), limit=2, window=dt.timedelta(hours=6))

    page = sign_in("analyst").get(LIST).content.decode()

    assert "At most 2 pushes within 6 hours to one person." in page
    assert page.count("No quiet hours.") == 2


def test_an_analyst_reads_and_does_not_change(site: Site) -> None:
    client = sign_in("analyst")

    assert "Save" not in client.get(address(site)).content.decode()
    assert client.post(address(site), write_policy()).status_code == 403


def test_staff_without_a_role_sees_nothing(site: Site) -> None:
    assert sign_in().get(LIST).status_code == 403
    assert sign_in().get(address(site)).status_code == 403


@pytest.mark.parametrize("key", ["x", "999", "9" * 30])
def test_a_site_that_does_not_exist_has_no_page(site: Site, key: str) -> None:
    response = sign_in("marketer").get(f"{LIST}{key}/change/")

    assert response.status_code == 404
