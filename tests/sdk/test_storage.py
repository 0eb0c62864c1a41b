"""What the SDK keeps in the browser: little, each site's for itself, and working where nothing can be kept."""

import pytest
from selenium.webdriver import Chrome

from tests.sdk.recording_server import SITE_KEY, RecordingServer

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FIRST_EVENT = "carillon.push(['addEvent', 'first']);"
WAITING = "return Object.keys(localStorage).filter((key) => key.includes('.operation.'))"
CHARACTERS = (
    "return Object.entries(localStorage).reduce((sum, [key, text]) => sum + key.length + text.length, 0)"
)
MANY = (
    "for (let n = 0; n < {count}; n++) carillon.push(['addEvent', 'n', {{n, filler: 'x'.repeat({size})}}]);"
)
TROUBLES = "window.troubles = []; addEventListener('carillon:error', ({detail}) => troubles.push(detail));"
FULL = "let s = 'x'.repeat(1 << 20); for (let n = 0; s.length; n++) try { localStorage['theirs' + n] = s } catch { s = s.slice(0, s.length >> 1) }"
PROTOTYPE_JS = """
  for (const kind of [Array, String, Number]) kind.prototype.toJSON = function () { return JSON.stringify(String(this)); };
  Array.prototype.toJSON = function () { return '[' + Array.prototype.join.call(this, ', ') + ']'; };
  Date.prototype.toJSON = function () { return '"' + this.toISOString() + '"'; };
  Array.from = (iterable) => { const all = []; for (let n = 0; n < iterable.length; n++) all.push(iterable[n]); return all; };
  Object.keys = (object) => { const keys = []; for (const key in object) keys.push(key); return keys; };
  Object.prototype.theirs = 1;"""


def pause(browser: Chrome, milliseconds: int = 1000) -> None:
    browser.execute_async_script("setTimeout(arguments[1], arguments[0])", milliseconds)


# ---- The queue has bounds ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "size"), [(3000, 10), (200, 20_000), (60, 90_000)])
def test_what_waits_without_a_network_takes_little_of_the_sites_storage(
    browser: Chrome, server: RecordingServer, count: int, size: int
) -> None:
    server.statuses = [503] * 50
    browser.get(server.add_page(before=TROUBLES + MANY.format(count=count, size=size)))
    server.wait_for(lambda: server.posts)
    assert len(browser.execute_script(WAITING)) <= 1000
    assert browser.execute_script(CHARACTERS) <= 520_000
    [*_, told] = browser.execute_script("return troubles")
    assert told["dropped"] > 0
    assert "dropped" in told["message"]


def test_page_views_give_way_to_what_says_more_the_oldest_first(
    browser: Chrome, server: RecordingServer
) -> None:
    server.statuses = [503] * 50
    views = "for (let n = 0; n < 400; n++) carillon.push(['page', {url: `https://shop.example/${n}`}]);"
    rest = "for (let n = 0; n < 700; n++) carillon.push(['addEvent', 'n', {n}]); carillon.push(['identify', 'u-42']);"
    browser.get(server.add_page(before=views + rest, attributes='data-auto-page="false"'))
    server.wait_for(lambda: server.posts)
    stored = browser.execute_script(WAITING)
    kinds = [key.split(".")[4] for key in stored]
    assert kinds.count("event") == 701  # with the session's
    assert kinds.count("identify") == 1
    assert 0 < kinds.count("page") < 400
    urls = browser.execute_script(
        "return Object.values(localStorage).filter((text) => text.includes('\"page\"')).map((text) => JSON.parse(text).operation.url)"
    )
    assert "https://shop.example/399" in urls
    assert "https://shop.example/0" not in urls


def test_what_has_waited_for_weeks_is_dropped_and_told(browser: Chrome, server: RecordingServer) -> None:
    old = """const order = (days) => (Date.now() - days * 864e5).toString(36).padStart(9, '0') + '0000';
      for (const [name, days] of [['stale', 15], ['fresh', 13]]) {
        const operation = {id: crypto.randomUUID(), type: 'event', name, properties: {}, at: new Date().toISOString()};
        localStorage[`carillon.pk_test.operation.${order(days)}.event.${operation.id}`] =
          JSON.stringify({subscriber: crypto.randomUUID(), operation});
      }"""
    browser.get(server.add_page(before=TROUBLES + old))
    assert [event["name"] for event in server.wait_for_events(1)] == ["fresh"]
    assert [told["dropped"] for told in browser.execute_script("return troubles")] == [1]


def test_one_operation_that_is_too_large_is_refused_with_a_sentence_and_no_others_wait_for_it(
    browser: Chrome, server: RecordingServer
) -> None:
    huge = "carillon.push(['addEvent', 'huge', {text: 'x'.repeat(2e5)}]);"
    browser.get(server.add_page(before=TROUBLES + huge + FIRST_EVENT))
    assert [event["name"] for event in server.wait_for_events(1)] == ["first"]
    [told] = browser.execute_script("return troubles")
    assert "more than 100000 characters" in told["message"]


def test_any_number_of_commands_may_wait_for_the_script(browser: Chrome, server: RecordingServer) -> None:
    many = "for (let n = 0; n < 200000; n++) carillon.push(['debug', false]);"
    browser.get(server.add_page(before=many + FIRST_EVENT))
    server.wait_for_events(1)
    assert browser.execute_script("return errors") == []


# ---- Two sites on one origin ------------------------------------------------------------------------------------


def test_what_was_queued_for_one_site_is_never_sent_to_another_of_the_same_origin(
    browser: Chrome, server: RecordingServer
) -> None:
    server.statuses = [503] * 3
    browser.get(server.add_page("/a", before=FIRST_EVENT))
    server.wait_for(lambda: server.posts)
    other = server.add_page("/b", before="carillon.push(['addEvent', 'second']);")
    server.files["/b"] = server.files["/b"].replace(SITE_KEY, "pk_other")
    server.statuses.clear()
    browser.get("about:blank")
    server.posts.clear()
    browser.get(other)
    server.wait_for_events(1)
    pause(browser)
    assert {post.body["site_key"] for post in server.posts} == {"pk_other"}
    assert [event["name"] for event in server.events()] == ["second"]
    browser.get(server.add_page("/a"))
    server.wait_for_events(2)
    sites = {event["name"]: post.body["site_key"] for post in server.tracked() for event in post.operations if event.get("name") in {"first", "second"}}  # fmt: skip
    assert sites == {"first": SITE_KEY, "second": "pk_other"}
    assert not server.senders() & server.senders("pk_other")


def test_refused_consent_for_one_site_says_nothing_for_the_other(
    browser: Chrome, server: RecordingServer
) -> None:
    browser.get(server.add_page("/a", before="carillon.push(['consent', false]);"))
    other = server.add_page("/b", before=FIRST_EVENT)
    server.files["/b"] = server.files["/b"].replace(SITE_KEY, f"{SITE_KEY}.b")
    browser.get(other)
    server.wait_for_events(1)
    browser.get(server.add_page("/a", before="carillon.push(['consent', false]);"))
    pause(browser)
    assert browser.execute_script("return Object.keys(localStorage).filter((key) => key.includes('subscriber'))") == [
        "carillon.pk_test%2Eb.subscriber"
    ]  # fmt: skip


def test_what_is_recorded_before_init_changes_the_site_stays_the_former_sites(
    browser: Chrome, server: RecordingServer
) -> None:
    browser.get(server.add_page(before=FIRST_EVENT))
    server.wait_for(lambda: browser.execute_script("return Boolean(carillon.loaded)"))
    browser.execute_script(
        "carillon.push(['addEvent', 'before']); carillon.push(['init', {siteKey: 'pk_next'}]); carillon.push(['addEvent', 'after'])"
    )
    server.wait_for_events(3)
    sites = {event["name"]: post.body["site_key"] for post in server.tracked() for event in post.operations if event["type"] == "event"}  # fmt: skip
    assert (sites["first"], sites["before"], sites["after"]) == (SITE_KEY, SITE_KEY, "pk_next")


def test_a_second_copy_for_another_site_says_that_it_does_nothing(
    browser: Chrome, server: RecordingServer
) -> None:
    page = server.add_page(before=TROUBLES)
    copy = f'<script async src="{server.host}/sdk/carillon.js" data-site-key="pk_second"></script></head>'
    server.files["/"] = server.files["/"].replace("</head>", copy)
    browser.get(page)
    server.wait_for(server.tracked)
    [told] = server.wait_for(lambda: browser.execute_script("return troubles"))
    assert "pk_second" in told["message"]
    assert SITE_KEY in told["message"]
    assert len({post.body["site_key"] for post in server.tracked()}) == 1


def test_the_same_copy_twice_records_once_and_says_nothing(browser: Chrome, server: RecordingServer) -> None:
    page = server.add_page(before=FIRST_EVENT)
    [copy] = [line for line in server.files["/"].splitlines() if "/sdk/carillon.js" in line]
    server.files["/"] = server.files["/"].replace("</head>", f"{copy}</head>")
    browser.get(page)
    server.wait_for_events(1)
    pause(browser)
    assert len(server.operations("page")) == len(server.events()) == 1
    assert browser.execute_script("return warnings") == []


def test_what_older_versions_kept_is_taken_over(browser: Chrome, server: RecordingServer) -> None:
    known = "5a1f0000-aaaa-bbbb-cccc-000000000001"
    kept = f"""localStorage['carillon.subscriber'] = '"{known}"'; localStorage['carillon.session'] = String(Date.now());
      localStorage['carillon.operation.0kx000000.' + crypto.randomUUID()] = '{{}}';"""
    browser.get(server.add_page(before=kept + FIRST_EVENT))
    server.wait_for_events(1)
    assert server.senders() == {known}
    assert "$session_start" not in [event["name"] for event in server.operations("event")]
    assert browser.execute_script("return localStorage.getItem('carillon.subscriber')") is None


# ---- Where little or nothing can be kept ------------------------------------------------------------------------


def test_where_the_site_has_filled_the_storage_a_person_stays_the_same(
    browser: Chrome, server: RecordingServer
) -> None:
    browser.get(server.add_page(before=FULL))
    server.wait_for(lambda: len(server.operations("page")) == 1)
    browser.get(server.add_page("/next"))
    server.wait_for(lambda: len(server.operations("page")) == 2)
    assert len(server.senders()) == 1
    assert [event["name"] for event in server.operations("event")] == ["$session_start"]
    browser.execute_script("localStorage.clear(); carillon.push(['addEvent', 'room'])")
    server.wait_for_events(1)
    assert len(server.senders()) == 1


def test_where_the_site_has_filled_the_storage_refused_consent_is_remembered(
    browser: Chrome, server: RecordingServer
) -> None:
    browser.get(server.add_page(before=FULL + "carillon.push(['consent', false]);"))
    browser.get(server.add_page("/next", before=FIRST_EVENT))
    pause(browser)
    assert server.posts == []
    assert [cookie["name"] for cookie in browser.get_cookies()] == ["carillon.pk_test.consent"]


def test_where_storage_is_forbidden_a_person_stays_the_same(browser: Chrome, server: RecordingServer) -> None:
    forbid = "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError'); }});"
    browser.get(server.add_page(before=forbid + FIRST_EVENT))
    server.wait_for_events(1)
    browser.get(server.add_page("/next", before=forbid + FIRST_EVENT))
    server.wait_for_events(2)
    assert len(server.senders()) == 1
    assert browser.execute_script("return errors") == []


@pytest.mark.parametrize("storage", ["null", "undefined"])
def test_where_there_is_no_storage_at_all_the_sdk_works(
    browser: Chrome, server: RecordingServer, storage: str
) -> None:
    absent = f"Object.defineProperty(window, 'localStorage', {{value: {storage}}});"
    browser.get(server.add_page(before=absent + FIRST_EVENT))
    server.wait_for_events(1)
    assert browser.execute_script("return errors") == []


def test_a_sandboxed_frame_without_cookies_or_storage_does_not_stop_the_sdk(
    browser: Chrome, server: RecordingServer
) -> None:
    after = "carillon.push(['addEvent', 'framed'], ['consent', true], ['subscribe'], ['unsubscribe']);"
    server.add_page("/framed", before=after + "document.addEventListener('DOMContentLoaded', () => setTimeout(() => parent.postMessage([carillon.loaded, errors], '*'), 500));")  # fmt: skip
    server.files[
        "/"
    ] = f"""<!doctype html><script>addEventListener('message', ({{data}}) => {{ window.told = data; }});</script>
      <iframe sandbox="allow-scripts" src="{server.origin}/framed"></iframe>"""
    browser.get(server.origin + "/")
    loaded, errors = server.wait_for(lambda: browser.execute_script("return window.told"))
    assert (loaded, errors) == (True, [])
    assert [event["name"] for event in server.wait_for_events(1)] == ["framed"]


def test_old_libraries_that_change_how_things_become_json_change_nothing(
    browser: Chrome, server: RecordingServer
) -> None:
    cart = """carillon.push(['addEvent', 'cart', {items: [{sku: 's1', sizes: [42, '43']}, {sku: 's2'}], price: 12.5,
      at: new Date(0), name: 'Shoe', none: null}], ['addAttribute', 'sizes', [42, 43]], ['removeAttribute', 'old']);"""
    browser.get(server.add_page(before=PROTOTYPE_JS + cart))
    [event] = server.wait_for_events(1)
    assert event["properties"] == {
        "items": [{"sku": "s1", "sizes": [42, "43"]}, {"sku": "s2"}],
        "price": 12.5,
        "at": "1970-01-01T00:00:00.000Z",
        "name": "Shoe",
        "none": None,
    }
    changes = [(change["set"], change["unset"]) for change in server.operations("attributes")]
    assert changes == [({"sizes": [42, 43]}, []), ({}, ["old"])]
    assert browser.execute_script("return warnings") == []


def test_ids_are_right_without_random_uuid_beside_an_old_library(
    browser: Chrome, server: RecordingServer
) -> None:
    before = PROTOTYPE_JS + "Object.defineProperty(crypto, 'randomUUID', {value: undefined});" + FIRST_EVENT
    browser.get(server.add_page(before=before))
    [event] = server.wait_for_events(1)
    assert [len(part) for part in event["id"].split("-")] == [8, 4, 4, 4, 12]


@pytest.mark.parametrize(
    ("value", "sent"),
    [("12n", 12), ("new Number(3)", 3), ("new String('s')", "s"), ("new Boolean(true)", True), ("'\\ud83d'", "\ufffd"),
     ("new URL('https://shop.example/a')", "https://shop.example/a"), ("[undefined, () => 1, 2]", [None, None, 2]),
     ("{toJSON: () => ({a: 1})}", {"a": 1}), ("Object.create(null)", {}), ("-0", 0), ("new Date(NaN)", "absent"), ("NaN", "absent")],
)  # fmt: skip
def test_values_of_every_kind_become_what_json_has_for_them(
    browser: Chrome, server: RecordingServer, value: str, sent: object
) -> None:
    browser.get(server.add_page(before=f"carillon.push(['addEvent', 'kinds', {{value: {value}}}]);"))
    [event] = server.wait_for_events(1)
    assert event["properties"].get("value", "absent") == sent


@pytest.mark.parametrize(
    "value",
    ["circle", "window", "{get a() { throw Error('theirs'); }}", "{toJSON() { throw Error('theirs'); }}"],
)
def test_a_property_that_cannot_be_written_is_told_and_loses_nothing_else(
    browser: Chrome, server: RecordingServer, value: str
) -> None:
    circle = "const circle = {}; circle.circle = circle;"
    spoilt = f"carillon.push(['addEvent', 'bought', {{price: 12, value: {value}}}]);"
    browser.get(server.add_page(before=TROUBLES + circle + spoilt + FIRST_EVENT))
    bought, _ = server.wait_for_events(2)
    assert bought["properties"] == {"price": 12}
    [told] = browser.execute_script("return troubles")
    assert 'the property "value" is not sent' in told["message"]


def test_an_operation_is_what_it_was_when_it_was_recorded(browser: Chrome, server: RecordingServer) -> None:
    before = "const item = {size: 42}; carillon.push(['ready', (sdk) => { sdk.addEvent('sized', {item}); item.size = 0; }]);"
    browser.get(server.add_page(before=before, attributes='data-require-consent="true"'))
    server.wait_for(lambda: browser.execute_script("return item.size === 0"))
    browser.execute_script("carillon.push(['consent', true])")
    [event] = server.wait_for_events(1)
    assert event["properties"] == {"item": {"size": 42}}
