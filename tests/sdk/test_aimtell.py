"""A page written for Aimtell, unchanged: every call form seen in its guide, its loader and its plug-ins."""

import uuid

import pytest
from selenium.webdriver import Chrome

from tests.sdk.push_page import open_page, subscriptions
from tests.sdk.recording_server import RecordingServer

pytestmark = pytest.mark.browser
GUIDE = """
  var _at = window._at || [];
  _at.push(['addAttribute', 'loyalty_tier', 'gold']); _at.push(['addAttribute', 'lifetime_value', 2450]);
  _at.push(['addAttribute', 'last_category', 'running-shoes']);
  _at.push(['addEvent', { 'event': 'add_to_cart', 'product_id': 'sku-12345', 'product_name': 'Trail Runner Pro',
    'price': 129.99 }]);"""
LOADER = """
  var _at={}; _at.track = _at.track || function(){(_at.track.q=_at.track.q||[]).push(arguments)};
  _at.domain='shop.example'; _at.owner='12'; _at.idSite='34'; _at.worker='/aimtell-worker.js'; _at.attributes={};"""


def attributes(server: RecordingServer) -> dict[str, object]:
    merged: dict[str, object] = {}
    for change in server.operations("attributes"):
        merged |= change["set"]
    return merged


def open_and_call(browser: Chrome, server: RecordingServer, calls: str) -> None:
    """Open a page with Aimtell's loader and, once everything is alive, run `calls`."""
    browser.get(server.add_page(before=LOADER))
    server.wait_for(lambda: browser.execute_script("return Boolean(window._at.push)"))
    browser.execute_script(calls)


def test_the_calls_of_the_guide_work_unchanged(browser: Chrome, server: RecordingServer) -> None:
    browser.get(server.add_page(before=GUIDE))
    [event] = server.wait_for_events(1)
    assert attributes(server) == {
        "loyalty_tier": "gold",
        "lifetime_value": 2450,
        "last_category": "running-shoes",
    }
    assert event["name"] == "add_to_cart"
    assert event["properties"] == {
        "product_id": "sku-12345",
        "product_name": "Trail Runner Pro",
        "price": 129.99,
    }


def test_the_loader_needs_only_the_scripts_address_changed(browser: Chrome, server: RecordingServer) -> None:
    page = server.add_page()
    address = f"{server.host}/sdk/carillon.js?site_key=pk_moved&worker=/aimtell-worker.js"
    server.files["/"] = f"""<!doctype html><script>{LOADER} _at.track('event', {{event: 'queued'}});
      (() => {{ const s = document.createElement('script'); s.async = true; s.src = '{address}';
        document.head.append(s); }})();</script>"""
    browser.get(page)
    assert server.wait_for_events(1)[0]["name"] == "queued"
    assert server.tracked()[0].body["site_key"] == "pk_moved"


def test_calls_queued_by_the_loader_are_replayed(browser: Chrome, server: RecordingServer) -> None:
    calls = "_at.track('attribute', {plan: 'pro'}); _at.track('alias', 'user==u-42'); _at.track('event', {event: 'x'});"
    browser.get(server.add_page(before=LOADER + calls))
    assert server.wait_for_events(1)[0]["name"] == "x"
    kinds = [operation["type"] for operation in server.operations()]
    assert kinds.index("identify") < kinds.index("attributes")
    assert server.operations("identify")[0]["external_id"] == "u-42"
    assert attributes(server) == {"plan": "pro"}


def test_a_bare_configuration_object_comes_alive(browser: Chrome, server: RecordingServer) -> None:
    browser.get(server.add_page(before="var _at = {}; _at.idSite = '34'; const kept = _at;"))
    server.wait_for(lambda: browser.execute_script("return Boolean(kept.push && kept.track)"))
    browser.execute_script(
        "kept.push(['addEvent', {event: 'pushed'}]); kept.track('event', {event: 'tracked'});"
    )
    assert [event["name"] for event in server.wait_for_events(2)] == ["pushed", "tracked"]
    assert browser.execute_script("return _at.idSite") == "34"


def test_preset_attributes_and_queued_callbacks_are_heeded(browser: Chrome, server: RecordingServer) -> None:
    before = LOADER + "_at.attributes.tier = 'gold'; _at.cmd = [() => _at.track('event', {event: 'called'})];"
    browser.get(server.add_page(before=before))
    server.wait_for_events(1)
    browser.execute_script(
        "_at.attributes['plan'] = 'pro'; _at.cmd.push(() => _at.push(['addEvent', 'later']));"
    )
    assert [event["name"] for event in server.wait_for_events(2)] == ["called", "later"]
    assert attributes(server) == {"tier": "gold", "plan": "pro"}


@pytest.mark.parametrize("door", ["_at.push([{command}])", "_at.track({command})"])
def test_push_and_track_take_the_same_commands(browser: Chrome, server: RecordingServer, door: str) -> None:
    commands = ("'addAttribute', 'a', 1", "'addAttributes', {b: 2}", "'attribute', {c: 3}", "'removeAttribute', 'd'",
                "'page'", "'ready', () => { window.readied = true; }", "'addEvent', {event: 'done'}")  # fmt: skip
    open_and_call(browser, server, "; ".join(door.replace("{command}", command) for command in commands))
    server.wait_for_events(1)
    assert attributes(server) == {"a": 1, "b": 2, "c": 3}
    assert server.operations("attributes")[-1]["unset"] == ["d"]
    assert len(server.operations("page")) == 2
    assert browser.execute_script("return window.readied") is True


@pytest.mark.parametrize(
    ("alias", "external_id"),
    [("'user==u-42'", "u-42"), ("{user: 'u-42'}", "u-42"), ("'u-42'", "u-42"), ("{user: 42}", "42")],
)
def test_an_alias_identifies_the_subscriber(
    browser: Chrome, server: RecordingServer, alias: str, external_id: str
) -> None:
    open_and_call(browser, server, f"_at.track('alias', {alias})")
    [identify] = server.wait_for(lambda: server.operations("identify"))
    assert identify["external_id"] == external_id


def test_an_alias_takes_the_signature_of_its_value(browser: Chrome, server: RecordingServer) -> None:
    signed = "v2.1796040000." + "ab" * 32
    open_and_call(
        browser,
        server,
        f"_at.track('alias', 'user==u-42', '{signed}'); _at.push(['alias', {{user: 'u-43'}}, '{signed}'])",
    )
    sent = server.wait_for(lambda: server.operations("identify")[1:] and server.operations("identify"))
    assert {(each["external_id"], each["signature"]) for each in sent} == {("u-42", signed), ("u-43", signed)}


def test_further_aliases_are_kept_as_attributes(browser: Chrome, server: RecordingServer) -> None:
    open_and_call(browser, server, "_at.track('alias', {user: 'u-42', crm: 'c-7'})")
    server.wait_for(lambda: server.operations("attributes"))
    assert [identify["external_id"] for identify in server.operations("identify")] == ["u-42"]
    assert attributes(server) == {"crm": "c-7"}


@pytest.mark.parametrize(
    ("call", "name", "properties"),
    [
        ("_aimtellTrackEvent('Cart', 'add', 'Trail Runner', 129.99, {sku: 's1'})", "add",
         {"category": "Cart", "label": "Trail Runner", "value": 129.99, "sku": "s1"}),
        ("_aimtellTrackEvent('Cart', 'add', 'Trail Runner')", "add", {"category": "Cart", "label": "Trail Runner"}),
        ("_aimtellTrackEvent('Cart', 'add')", "add", {"category": "Cart"}),
        ("_at.push(['addEvent', 'Cart', 'add', 'Trail Runner', 5])", "add",
         {"category": "Cart", "label": "Trail Runner", "value": 5}),
        ("_at.track('event', 'Cart', 'add')", "add", {"category": "Cart"}),
        ("_at.push(['addEvent', 'add', {sku: 's1'}])", "add", {"sku": "s1"}),
        ("_aimtellAbandonedCart('add-to-cart', 45)", "add_to_cart", {"abandoned_after_minutes": 45}),
        ("_aimtellAbandonedCart('order-complete')", "purchase", {}),
    ],
)  # fmt: skip
def test_an_event_in_any_of_aimtells_forms(
    browser: Chrome, server: RecordingServer, call: str, name: str, properties: dict[str, object]
) -> None:
    open_and_call(browser, server, call)
    [event] = server.wait_for_events(1)
    assert (event["name"], event["properties"]) == (name, properties)


def test_ready_callbacks_of_the_page_are_called_once(browser: Chrome, server: RecordingServer) -> None:
    before = "var calls = []; function _aimtellReady() { calls.push(_aimtellSubscriberID); }"
    browser.get(server.add_page(before=before))
    server.wait_for(lambda: browser.execute_script("return calls.length"))
    browser.execute_async_script("setTimeout(arguments[0], 300)")
    assert browser.execute_script("return calls") == [browser.execute_script("return carillon.subscriber")]


def test_server_side_carts_find_the_subscriber_in_the_cookie(
    browser: Chrome, server: RecordingServer
) -> None:
    open_and_call(browser, server, "")
    subscriber = browser.execute_script("return _aimtellSubscriberID")
    uuid.UUID(subscriber)
    cookie = "return _aimtellGetCookie('_aimtellSubscriberID')"
    assert browser.execute_script("return _at.subscriber") == browser.execute_script(cookie) == subscriber
    browser.execute_script("carillon.reset()")
    assert (
        browser.execute_script(cookie) == browser.execute_script("return carillon.subscriber") != subscriber
    )


def test_the_id_aimtell_gave_the_browser_is_taken_over(browser: Chrome, server: RecordingServer) -> None:
    known = str(uuid.uuid4())
    browser.get(server.add_page(before=f"document.cookie = '_aimtellSubscriberID={known}; path=/';" + LOADER))
    server.wait_for(server.tracked)
    assert server.tracked()[0].body["subscriber"] == known


def test_the_cookie_helpers_round_trip(browser: Chrome, server: RecordingServer) -> None:
    open_and_call(browser, server, "_aimtellSetCookie('cart', 'a b; c=1', 2)")
    assert browser.execute_script("return _aimtellGetCookie('cart')") == "a b; c=1"
    assert browser.execute_script("return _aimtellGetCookie('none')") == ""


def test_permissions_can_be_asked_after(browser: Chrome, server: RecordingServer) -> None:
    open_and_call(browser, server, "")
    assert browser.execute_script("return _aimtellCheckPermissions()") in {"default", "denied", "granted"}


def test_optout_tells_the_server(browser: Chrome, server: RecordingServer) -> None:
    open_and_call(browser, server, "_at.track('optout')")
    [unsubscribe] = server.wait_for(lambda: server.operations("unsubscribe"))
    assert unsubscribe["reason"] == "optout"


@pytest.mark.parametrize(
    "call", ["_at.push(['teleport'])", "_at.track('teleport')", "_at.push(null)", "_at.track()",
             "_aimtellAbandonedCart('juggle')", "_aimtellTrackEvent()", "_at.track('alias')"],
)  # fmt: skip
def test_what_cannot_be_understood_warns_and_never_throws(
    browser: Chrome, server: RecordingServer, call: str
) -> None:
    open_and_call(browser, server, call + "; _at.track('event', {event: 'after'})")
    assert [event["name"] for event in server.wait_for_events(1)] == ["after"]
    assert len(browser.execute_script("return warnings")) == 1
    assert browser.execute_script("return errors") == []


def test_pages_without_aimtell_do_not_load_its_part(browser: Chrome, server: RecordingServer) -> None:
    browser.get(server.add_page())
    server.wait_for(server.tracked)
    assert browser.execute_script("return typeof _aimtellTrackEvent") == "undefined"


# ---- The rest of what Aimtell's script brought ------------------------------------------------------------------


def cookies(browser: Chrome) -> dict[str, str]:
    return {cookie["name"]: cookie["value"] for cookie in browser.get_cookies()}


def test_attributes_that_are_replaced_as_a_whole_are_heeded(browser: Chrome, server: RecordingServer) -> None:
    open_and_call(browser, server, "_at.attributes = {tier: 'gold', visits: 3}; _at.attributes.plan = 'pro';")
    server.wait_for(lambda: len(server.operations("attributes")) == 2)
    assert attributes(server) == {"tier": "gold", "visits": 3, "plan": "pro"}
    assert browser.execute_script("return [_at.attributes.tier, Object.keys(_at.attributes)]") == ["gold", ["tier", "visits", "plan"]]  # fmt: skip
    browser.execute_script(
        "delete _at.attributes.tier; _at.attributes = {}; Object.assign(_at.attributes, {size: 42});"
    )
    server.wait_for(lambda: len(server.operations("attributes")) == 4)
    assert [change["unset"] for change in server.operations("attributes")][2] == ["tier"]
    assert attributes(server)["size"] == 42


@pytest.mark.parametrize("given", ["null", "undefined", "7", "'gold'"])
def test_attributes_replaced_by_nothing_are_empty(
    browser: Chrome, server: RecordingServer, given: str
) -> None:
    open_and_call(browser, server, f"_at.attributes = {given}; _at.attributes.after = 1;")
    server.wait_for(lambda: attributes(server).get("after") == 1)
    assert browser.execute_script("return errors") == []


def test_a_page_that_makes_at_anew_is_taken_over_by_load(browser: Chrome, server: RecordingServer) -> None:
    ready = "window.ready = 0; function _aimtellReady() { ready += 1; }"
    open_and_call(browser, server, "")
    browser.execute_script(
        f"{ready} window._aimtellReady = _aimtellReady; window._at = {{idSite: '9'}}; _at.track = (...call) => (_at.track.q = _at.track.q || []).push(call);"
        "_at.track('event', {event: 'anew'}); _aimtellLoad(); _aimtellLoad(); _at.push(['addEvent', 'live']);"
    )
    assert [event["name"] for event in server.wait_for_events(2)] == ["anew", "live"]
    assert browser.execute_script("return ready") == 1


def test_the_addresses_and_tokens_that_scripts_for_aimtell_read(
    browser: Chrome, server: RecordingServer
) -> None:
    open_page(browser, server, before="var _at = {owner: 'a8f6', idSite: '2387'};")
    server.wait_for(lambda: server.operations("subscribe"))
    [device] = subscriptions(server)
    server.wait_for(lambda: browser.execute_script("return carillon.subscribed"))
    assert browser.execute_script("return _aimtellAPI") == server.host
    assert browser.execute_script("return _aimtellPushToken") == device["endpoint"].split("/")[-1]
    server.wait_for(lambda: "_aimtellSubscriptionURL" in cookies(browser))
    known = cookies(browser)
    assert (known["_aimtellOwnerID"], known["_aimtellIdSite"], known["_aimtellPromptApproved"]) == (
        "a8f6",
        "2387",
        "true",
    )
    assert browser.execute_script("return _aimtellGetCookie('_aimtellSubscriptionURL')") == device["endpoint"]
    browser.execute_script("carillon.push(['unsubscribe'])")
    server.wait_for(lambda: "_aimtellSubscriptionURL" not in cookies(browser))
    assert browser.execute_script("return _aimtellPushToken") == ""


def wait_for_views(browser: Chrome, server: RecordingServer, count: str) -> None:
    server.wait_for(lambda: cookies(browser).get("_aimtellSessionPageViews") == count)


def test_page_views_are_counted_in_aimtells_cookie(browser: Chrome, server: RecordingServer) -> None:
    browser.get(server.add_page("/", before=LOADER))
    wait_for_views(browser, server, "1")
    browser.get(server.add_page("/next", before=LOADER))
    wait_for_views(browser, server, "2")
    browser.execute_script("history.pushState({}, '', '/third')")
    wait_for_views(browser, server, "3")


def test_withdrawn_consent_takes_aimtells_cookies_along(browser: Chrome, server: RecordingServer) -> None:
    open_and_call(
        browser,
        server,
        "_aimtellSetCookie('_aimtellCartToken-7', true, 1); _aimtellSetCookie('theirs', 1, 1)",
    )
    server.wait_for(lambda: "_aimtellSessionPageViews" in cookies(browser))
    browser.execute_script("carillon.push(['consent', false])")
    assert set(cookies(browser)) == {"theirs"}


@pytest.mark.parametrize("objects", ["Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {get: () => true});"])  # fmt: skip
def test_no_cookie_of_aimtells_is_set_while_the_browser_objects(
    browser: Chrome, server: RecordingServer, objects: str
) -> None:
    browser.get(server.add_page(before=objects + LOADER))
    server.wait_for(lambda: browser.execute_script("return typeof _aimtellTrackEvent === 'function'"))
    browser.execute_async_script("setTimeout(arguments[0], 700)")
    assert cookies(browser) == {}
    assert server.posts == []


@pytest.mark.parametrize(
    "hook",
    ["var _aimtellWebhook = '{origin}/hook?own=1';", "window._aimtellWebhook = '{origin}/hook?own=1';"],
)
def test_a_webhooks_address_hears_of_a_new_subscription(
    browser: Chrome, server: RecordingServer, hook: str
) -> None:
    watch = "window.asked = []; const real = fetch; window.fetch = (url, ...rest) => { asked.push(String(url)); return real(url, ...rest); };"
    open_page(
        browser, server, before=watch + "var _at = {idSite: '2387'};" + hook.format(origin=server.origin)
    )
    server.wait_for(lambda: server.operations("subscribe"))
    [address] = server.wait_for(
        lambda: browser.execute_script("return asked.filter((url) => url.includes('/hook'))")
    )
    subscriber = browser.execute_script("return carillon.subscriber")
    assert (
        address.split("?")[1] == f"own=1&id_site=2387&subscriber_uid={subscriber}&webhook_source=aimtell.com"
    )


def test_a_function_of_the_page_hears_of_a_new_subscription(browser: Chrome, server: RecordingServer) -> None:
    before = (
        "window.heard = []; function _aimtellWebhook(told) { heard.push(told.subscriber_uid); } var _at = {};"
    )
    open_page(browser, server, before=before)
    server.wait_for(lambda: browser.execute_script("return heard"))
    assert browser.execute_script("return heard") == [browser.execute_script("return carillon.subscriber")]
