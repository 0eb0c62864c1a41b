"""`carillon.push([...])` before and after loading: what reaches the server, and what survives trouble on the way."""

import datetime as dt
import uuid

import pytest
from selenium.webdriver import Chrome

from tests.sdk.recording_server import SITE_KEY, RecordingServer

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ADD_TO_CART = (
    "carillon.push(['addEvent', {'event': 'add_to_cart', 'product_id': 'sku-12345',"
    " 'product_name': 'Trail Runner Pro', 'price': 129.99}]);"
)


def test_an_event_arrives_as_the_contract_says(browser: Chrome, server: RecordingServer) -> None:
    address = server.add_page(before=ADD_TO_CART)
    browser.get(address)
    [event] = server.wait_for_events(1)
    uuid.UUID(event["id"])
    assert abs(dt.datetime.fromisoformat(event["at"]) - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=1)
    assert (event["type"], event["name"]) == ("event", "add_to_cart")
    assert event["properties"] == {
        "product_id": "sku-12345",
        "product_name": "Trail Runner Pro",
        "price": 129.99,
    }
    body = server.tracked()[0].body
    uuid.UUID(body["subscriber"])
    assert body["site_key"] == SITE_KEY
    assert body["context"]["timezone"] in {"Asia/Kathmandu", "Asia/Katmandu"}
    assert body["context"]["language"]
    assert body["context"]["url"] == address


def test_commands_work_after_loading_too(browser: Chrome, server: RecordingServer) -> None:
    browser.get(server.add_page(before="const kept = window.carillon;"))
    server.wait_for(server.tracked)
    browser.execute_script(
        "carillon.push(['addEvent', 'searched', {terms: 'socks'}]); kept.push(['addEvent', 'kept_array']);"
        "carillon.addEvent('method');"
    )
    events = server.wait_for_events(3)
    assert [event["name"] for event in events] == ["searched", "kept_array", "method"]
    assert events[0]["properties"] == {"terms": "socks"}


def test_what_was_queued_is_replayed_person_first(browser: Chrome, server: RecordingServer) -> None:
    before = """carillon.push(['addEvent', {event: 'searched'}], ['ready', () => carillon.addEvent('ready')],
      ['addAttribute', 'loyalty_tier', 'gold'], ['identify', 'u-42', 'abc'], ['removeAttribute', 'old'],
      ['consent', true], ['init', {requireConsent: true}]);"""
    browser.get(server.add_page(before=before))
    server.wait_for_events(2)
    kinds = [operation.get("name") or operation["type"] for operation in server.operations()]
    assert kinds == [
        "identify",
        "attributes",
        "attributes",
        "$session_start",
        "page",
        "searched",
        "ready",
    ]


def test_attributes_keep_their_types_and_can_be_removed(browser: Chrome, server: RecordingServer) -> None:
    before = """carillon.push(['addAttribute', 'loyalty_tier', 'gold'], ['addAttribute', 'lifetime_value', 2450],
      ['addAttributes', {vip: true, sizes: ['42', '43']}], ['removeAttribute', 'last_category']);"""
    browser.get(server.add_page(before=before))
    server.wait_for(lambda: len(server.operations("attributes")) == 4)
    changes = [(change["set"], change["unset"]) for change in server.operations("attributes")]
    assert changes == [
        ({"loyalty_tier": "gold"}, []),
        ({"lifetime_value": 2450}, []),
        ({"vip": True, "sizes": ["42", "43"]}, []),
        ({}, ["last_category"]),
    ]


def test_identify_sends_the_signature_it_is_given(browser: Chrome, server: RecordingServer) -> None:
    browser.get(server.add_page(before="carillon.push(['identify', 42, 'f00d'], ['identify', 'u-43']);"))
    server.wait_for(lambda: len(server.operations("identify")) == 2)
    signed, unsigned = server.operations("identify")
    assert (signed["external_id"], signed["signature"]) == ("42", "f00d")
    assert unsigned["external_id"] == "u-43"
    assert "signature" not in unsigned


@pytest.mark.parametrize(
    "command",
    ["['teleport', 1]", "['toString']", "null", "42", "['addEvent']", "['addEvent', 7]", "['identify', '']",
     "['addAttributes', 'gold']", "['addAttributes', ['gold']]", "['removeAttribute']", "['removeAttribute', undefined]", "['addAttribute', {}, 1]", "['addAttribute', 'tier']", "['ready']", "() => { throw Error('theirs') }"],
)  # fmt: skip
def test_a_command_that_cannot_be_understood_warns_and_loses_nothing_else(
    browser: Chrome, server: RecordingServer, command: str
) -> None:
    browser.get(server.add_page(before=f"carillon.push({command}); carillon.push(['addEvent', 'after']);"))
    assert [event["name"] for event in server.wait_for_events(1)] == ["after"]
    browser.execute_script(f"carillon.push({command});")
    assert len(browser.execute_script("return warnings")) == 2
    assert browser.execute_script("return errors") == []


def test_without_a_site_key_nothing_is_sent_until_init_gives_one(
    browser: Chrome, server: RecordingServer
) -> None:
    page = server.add_page(before=ADD_TO_CART)
    server.files["/"] = server.files["/"].replace(f'data-site-key="{SITE_KEY}"', "")
    browser.get(page)
    browser.execute_async_script("setTimeout(arguments[0], 600)")
    assert server.posts == []
    assert "no site key" in browser.execute_script("return warnings")[0]
    browser.execute_script("carillon.push(['init', {siteKey: 'pk_late'}])")
    server.wait_for_events(1)
    assert server.tracked()[0].body["site_key"] == "pk_late"


def test_reset_makes_a_new_subscriber_for_what_follows(browser: Chrome, server: RecordingServer) -> None:
    before = "carillon.push((c) => { c.addEvent('hers'); c.reset(); c.addEvent('his'); });"
    browser.get(server.add_page(before=before))
    server.wait_for_events(2)
    owners = {
        operation.get("name"): post.body["subscriber"]
        for post in server.tracked()
        for operation in post.operations
    }
    assert owners["hers"] != owners["his"]
    assert owners["his"] == browser.execute_script("return carillon.subscriber")


def test_the_subscriber_stays_the_same_from_page_to_page(browser: Chrome, server: RecordingServer) -> None:
    browser.get(server.add_page())
    server.wait_for(lambda: len(server.operations("page")) == 1)
    browser.get(server.add_page("/other"))
    server.wait_for(lambda: len(server.operations("page")) == 2)
    assert len({post.body["subscriber"] for post in server.tracked()}) == 1


def test_debug_says_what_is_recorded(browser: Chrome, server: RecordingServer) -> None:
    before = "window.logged = []; console.log = (...parts) => logged.push(parts[1]); carillon.push(['debug', true]);"
    browser.get(server.add_page(before=before))
    server.wait_for(server.tracked)
    assert "page" in browser.execute_script("return logged")
