"""From what a visitor does to a real push at their local hour, and its click in the report: every stop is real."""

import datetime as dt
import json
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

import pytest
import requests
from selenium.webdriver import Firefox

from pushservice.devices import Device
from tests.acceptance.api import Api, Json, send_visitor
from tests.acceptance.operating import ADMIN, PASSWORD
from tests.acceptance.shop import Shop, SubscriberPage
from tests.acceptance.stack import Stack
from tests.acceptance.waiting import wait_for, wait_until
from tests.browser.browsers import open_firefox, require_firefox
from tests.browser.notifications import click_notification, shown_notifications, wait_for_notification

pytestmark = pytest.mark.browser

HOME_ZONE = "Asia/Kathmandu"  # 5:45 ahead of the site's UTC
AHEAD = dt.timedelta(seconds=12)  # enough to launch and plan on a busy machine
PUNCTUAL = dt.timedelta(seconds=10)
LAST_DAY = {"last": {"hours": 24}}
ABANDONED_CART: Json = {
    "version": 1,
    "root": {
        "type": "group",
        "match": "all",
        "conditions": [
            {"type": "event", "event": "add_to_cart", "within": LAST_DAY},
            {
                "type": "event",
                "event": "purchase",
                "count": {"operator": "at_most", "value": 0},
                "within": LAST_DAY,
            },
        ],
    },
}
MESSAGE = {
    "title": "Still thinking of {{ subscriber.last_category | default: 'it' }}?",
    "body": "Hello {{ subscriber.first_name | default: 'friend' }}, your cart is waiting.",
}
TITLE, BODY = "Still thinking of running-shoes?", "Hello friend, your cart is waiting."


@pytest.fixture
def firefox(stack: Stack, tmp_path: Path) -> Iterator[Firefox]:
    require_firefox()
    driver = open_firefox(tmp_path, push_service_url=stack.push_url, timezone=HOME_ZONE)
    try:
        yield driver
    finally:
        driver.quit()


def test_from_a_visit_to_a_click_in_the_report(stack: Stack, api: Api, site: Json, firefox: Firefox) -> None:
    segment = create_segment(api, site)
    others = Others.arrive(stack, site)

    visitor = visit_shop(firefox, stack, api)
    members = {visitor["id"], others.find(api, "neighbour"), others.find(api, "easterner")}
    assert others.find(api, "buyer") not in members
    wait_for(members, lambda: list_members(api, segment))

    link = f"{stack.url}/demo/cart/?from=push"
    due_at = next_whole_second(AHEAD)
    campaign = launch_campaign(api, site, segment, due_at, link)
    shown = wait_for_notification(firefox, timeout=AHEAD.total_seconds() + 30)
    assert (shown.title, shown.body) == (TITLE, BODY)
    check_pushes(stack, due_at, others.devices["neighbour"])
    # A click tells by itself that a push was displayed, so that is looked for before.
    wait_for_report(api, campaign, displayed=1, clicked=0)
    click_push(firefox, link)

    wait_for_report(api, campaign, displayed=1, clicked=1)
    wait_for("finished", lambda: read_status(api, campaign))
    check_delivery(api, campaign, visitor, due_at)
    check_timeline(firefox, stack, api, visitor)


def test_a_device_is_the_subscribers_for_as_long_as_they_consent_and_ends_when_they_say_so(
    stack: Stack, api: Api, site: Json, firefox: Firefox
) -> None:
    shop = Shop(firefox, stack)
    shop.open()
    shop.allow_notifications()
    first = shop.browser
    wait_for(1, lambda: count_devices(api, first))

    firefox.execute_script("carillon.push(['consent', false])")
    firefox.execute_script("carillon.push(['consent', true], ['setLocation', 27.7, 85.3])")
    again = shop.browser
    assert again != first
    wait_for(1, lambda: count_devices(api, again))
    wait_for(0, lambda: count_devices(api, first))
    wait_until(lambda: (api.find_subscriber(again) or {}).get("latitude") == 27.7, "the place is known")

    firefox.execute_script("carillon.push(['unsubscribe'])")
    wait_for(0, lambda: count_devices(api, again))


def count_devices(api: Api, browser: str) -> int:
    """How many devices of this browser's subscriber take pushes."""
    subscriber = api.find_subscriber(browser) or {"devices": []}
    return sum(device["ended_at"] is None for device in subscriber["devices"])


@dataclass(frozen=True)
class Others:
    """Three whose devices take pushes and tell nothing: one to be left out, one to be sent to, one too late."""

    devices: dict[str, Device]
    browsers: dict[str, str]

    @classmethod
    def arrive(cls, stack: Stack, site: Json) -> Self:
        bought, left = ("add_to_cart", "purchase"), ("add_to_cart",)
        people = {
            "buyer": (bought, HOME_ZONE),
            "neighbour": (left, HOME_ZONE),
            "easterner": (left, "Pacific/Auckland"),  # where the hour has passed already
        }
        devices = {name: Device.create(origin=stack.push_url) for name in people}
        browsers = {
            name: send_visitor(stack.url, site, *events, timezone=zone, device=devices[name])
            for name, (events, zone) in people.items()
        }
        return cls(devices, browsers)

    def find(self, api: Api, name: str) -> int:
        found = wait_until(lambda: api.find_subscriber(self.browsers[name]), f"the {name} is known")
        assert found
        return int(found["id"])


def create_segment(api: Api, site: Json) -> Json:
    values = {"site": site["id"], "name": "Abandoned cart", "rule": ABANDONED_CART}
    segment: Json = api.post("segments/", values)
    return segment


def visit_shop(firefox: Firefox, stack: Stack, api: Api) -> Json:
    """Allow notifications, look at a product and put it into the cart; the subscriber that this makes."""
    shop = Shop(firefox, stack)
    shop.open()
    shop.allow_notifications()
    shop.add_to_cart("sku-12345")
    browser = shop.browser

    def find_complete() -> Json | None:
        found = api.find_subscriber(browser)
        complete = found and "add_to_cart" in api.list_events(found)
        return api.find_subscriber(browser) if complete else None

    visitor = wait_until(find_complete, "the visitor's events arrive")
    assert visitor
    assert visitor["timezone"] == HOME_ZONE
    assert visitor["country"] == "NP"
    assert visitor["attributes"] == {"last_category": "running-shoes"}
    [device] = visitor["devices"]
    assert (device["browser"], device["kind"], device["ended_at"]) == ("Firefox", "desktop", None)
    assert set(api.list_events(visitor)) == {
        "$session_start", "$page_view", "$subscribed", "product_viewed", "add_to_cart",
    }  # fmt: skip
    return visitor


def list_members(api: Api, segment: Json) -> set[int]:
    return {member["subscriber"] for member in api.rows(f"segments/{segment['id']}/members/")}


def next_whole_second(ahead: dt.timedelta) -> dt.datetime:
    return (dt.datetime.now(dt.UTC) + ahead).replace(microsecond=0)


def ask_what_would_happen(api: Api, campaign: Json) -> Json | None:
    """The dry run, once it is there: on a busy machine a worker does it."""
    plan: Json = api.get(f"campaigns/{campaign['id']}/dry-run/")
    return plan if "audience" in plan else None


def launch_campaign(api: Api, site: Json, segment: Json, due_at: dt.datetime, link: str) -> Json:
    """Launch at what the visitor's clock will show at `due_at`; whoever's time has passed is left out."""
    local = due_at.astimezone(ZoneInfo(HOME_ZONE))
    values = {
        "site": site["id"],
        "name": "Cart reminder",
        **MESSAGE,
        "link_url": link,
        "include_segments": [segment["id"]],
        "schedule": "local",
        "local_date": local.date().isoformat(),
        "local_time": local.time().isoformat(),
        "late_policy": "skip",
    }
    campaign: Json = api.post("campaigns/", values)
    plan = wait_until(lambda: ask_what_would_happen(api, campaign), "the dry run is worked out")
    assert plan
    assert (plan["audience"], plan["planned"], plan["skipped_by_reason"]) == (3, 2, {"too_late": 1})
    [group] = plan["by_due"]
    assert (group["timezone"], parse(group["due_at"]), group["count"]) == (HOME_ZONE, due_at, 2)
    api.post(f"campaigns/{campaign['id']}/launch/")
    return campaign


def check_pushes(stack: Stack, due_at: dt.datetime, silent: Device) -> None:
    """Two pushes came, not before their time, encrypted each for its device."""

    def read_pushes() -> dict[str, Json]:
        pushes: list[Json] = requests.get(f"{stack.push_url}/control/received", timeout=5).json()
        return {push["token"]: push for push in pushes}

    wait_for(2, lambda: len(read_pushes()))
    for push in read_pushes().values():
        assert due_at <= parse(push["received_at"]) < due_at + PUNCTUAL
    body = urlsafe_b64decode(read_pushes()[silent.token]["body"] + "==")
    assert json.loads(silent.decrypt(body))["title"] == "Still thinking of it?"


def click_push(firefox: Firefox, link: str) -> None:
    """The shop is open in a tab: that comes forward and goes where the push leads."""
    tabs = set(firefox.window_handles)
    click_notification(firefox, title=TITLE)
    wait_for(link, lambda: firefox.current_url)
    assert set(firefox.window_handles) == tabs
    assert not shown_notifications(firefox)


def wait_for_report(api: Api, campaign: Json, *, displayed: int, clicked: int) -> None:
    """The visitor and the silent neighbour were sent to, the easterner was skipped; it adds up."""
    expected = {"audience": 3, "waiting": 0, "sent": 2, "failed": 0, "expired": 0, "skipped": 1}
    expected |= {"displayed": displayed, "clicked": clicked}

    def read_report() -> Json:
        report = api.get(f"campaigns/{campaign['id']}/report/")
        return {key: report[key] for key in expected}

    wait_for(expected, read_report)


def read_status(api: Api, campaign: Json) -> str:
    return str(api.get(f"campaigns/{campaign['id']}/")["status"])


def check_delivery(api: Api, campaign: Json, visitor: Json, due_at: dt.datetime) -> None:
    [delivery] = api.rows(f"campaigns/{campaign['id']}/deliveries/", subscriber=visitor["id"])
    assert delivery["status"] == "clicked"
    assert (delivery["timezone"], delivery["timezone_is_site_default"]) == (HOME_ZONE, False)
    times = [parse(delivery[f"{event}_at"]) for event in ("due", "sent", "displayed", "clicked")]
    assert times[0] == due_at
    assert times == sorted(times)


def check_timeline(firefox: Firefox, stack: Stack, api: Api, visitor: Json) -> None:
    """The API lists what became of the push, and the admin's page shows it in plain words."""
    feedback = ["$push_sent", "$push_displayed", "$push_clicked"]
    events = api.list_events(visitor)
    assert [events.count(name) for name in feedback] == [1, 1, 1]

    address = Shop(firefox, stack).admin_address
    page = SubscriberPage(firefox, stack)
    page.log_in(ADMIN, PASSWORD)
    page.find(address)
    newest_first = page.timeline
    for label in ("Push clicked", "Push displayed", "Push sent", "Add to cart", "Allowed notifications"):
        assert newest_first.count(label) == 1
    assert newest_first.index("Push sent") < newest_first.index("Add to cart")


def parse(instant: str) -> dt.datetime:
    return dt.datetime.fromisoformat(instant)
