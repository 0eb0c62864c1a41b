"""Sending: in batches, without cookies, again when the server fails, and before the page goes."""

import datetime as dt
import time

import pytest
from selenium.webdriver import Chrome

from tests.sdk.recording_server import RecordingServer

pytestmark = pytest.mark.browser
FIRST_EVENT = "carillon.push(['addEvent', 'first']);"


def test_at_most_fifty_operations_travel_together(browser: Chrome, server: RecordingServer) -> None:
    browser.get(
        server.add_page(before="for (let n = 0; n < 120; n++) carillon.push(['addEvent', 'n', {n}]);")
    )
    events = server.wait_for_events(120)
    assert [event["properties"]["n"] for event in events] == list(range(120))
    assert max(len(post.operations) for post in server.tracked()) == 50


def test_large_operations_travel_in_requests_that_browsers_let_outlive_the_page(
    browser: Chrome, server: RecordingServer
) -> None:
    browser.get(
        server.add_page(
            before="for (let n = 0; n < 6; n++) carillon.push(['addEvent', 'n', {s: 'x'.repeat(2e4)}]);"
        )
    )
    server.wait_for_events(6)
    assert max(int(post.headers["Content-Length"]) for post in server.tracked()) < 60_000


def test_no_cookie_travels_with_operations(browser: Chrome, server: RecordingServer) -> None:
    browser.execute_cdp_cmd("Network.setCookie", {"name": "s", "value": "1", "url": server.host})
    browser.get(server.add_page())
    server.wait_for(server.tracked)
    assert "Cookie" not in server.tracked()[0].headers
    assert server.tracked()[0].headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_failing_server_is_asked_again_with_the_same_ids(
    browser: Chrome, server: RecordingServer, status: int
) -> None:
    server.statuses = [status, status]
    browser.get(server.add_page(before=FIRST_EVENT))
    server.wait_for_events(1)
    attempts = [[operation["id"] for operation in post.operations] for post in server.posts]
    assert len(attempts) == 3
    assert attempts[0] == attempts[1] == attempts[2]


def test_a_server_that_says_when_to_come_again_is_left_alone_until_then(
    browser: Chrome, server: RecordingServer
) -> None:
    server.statuses = [429]
    server.headers["/v1/track"] = {"Retry-After": "2", "Access-Control-Expose-Headers": "Retry-After"}
    browser.get(server.add_page(before=FIRST_EVENT))
    server.wait_for(lambda: server.posts)
    refused_at = time.monotonic()
    browser.execute_script("carillon.push(['addEvent', 'second'])")  # which asks to be sent at once
    events = server.wait_for_events(2)

    assert time.monotonic() - refused_at > 1.8
    assert [event["name"] for event in events] == ["first", "second"]
    assert [post.status for post in server.posts] == [429, 202]


@pytest.mark.parametrize("status", [400, 403, 413])
def test_a_refused_batch_is_dropped_with_a_warning(
    browser: Chrome, server: RecordingServer, status: int
) -> None:
    server.statuses = [status]
    server.answer = {"error": "That is not a site key."}
    browser.get(server.add_page(before=FIRST_EVENT))
    server.wait_for(lambda: server.posts)
    browser.execute_script("carillon.addEvent('second')")
    assert [event["name"] for event in server.wait_for_events(1)] == ["second"]
    [warning] = browser.execute_script("return warnings")
    assert str(status) in warning
    assert "That is not a site key." in warning


def test_a_rejected_operation_is_told_to_the_developer(browser: Chrome, server: RecordingServer) -> None:
    server.answer = {"accepted": 1, "rejected": [{"id": "7", "error": "An event needs a name."}]}
    browser.get(server.add_page())
    server.wait_for(server.tracked)
    server.wait_for(lambda: browser.execute_script("return warnings.length"))
    assert "An event needs a name." in browser.execute_script("return warnings")[0]


def test_operations_made_offline_are_sent_from_the_next_page(
    browser: Chrome, server: RecordingServer
) -> None:
    server.statuses = [503] * 4
    browser.get(server.add_page(before=FIRST_EVENT))
    server.wait_for(lambda: server.posts)
    browser.get("about:blank")
    server.statuses = []
    browser.get(server.add_page("/next"))
    assert [event["name"] for event in server.wait_for_events(1)] == ["first"]


def test_two_tabs_do_not_lose_each_others_operations(browser: Chrome, server: RecordingServer) -> None:
    server.statuses = [503] * 6
    tabs = [browser.current_window_handle]
    make = (
        "for (let n = 0; n < 40; n++) setTimeout(() => carillon.push(['addEvent', '{name}', {{n}}]), n * 5);"
    )
    browser.get(server.add_page("/a", before=make.format(name="a")))
    browser.switch_to.new_window("tab")
    tabs.append(browser.current_window_handle)
    browser.get(server.add_page("/b", before=make.format(name="b")))
    events = server.wait_for_events(80)
    browser.close()
    browser.switch_to.window(tabs[0])
    assert {(event["name"], event["properties"]["n"]) for event in events} == {
        (name, n) for name in "ab" for n in range(40)
    }
    assert len({post.body["subscriber"] for post in server.tracked()}) == 1


def test_operations_made_while_leaving_go_out_by_beacon(browser: Chrome, server: RecordingServer) -> None:
    browser.get(
        server.add_page(before="addEventListener('beforeunload', () => carillon.addEvent('leaving'))")
    )
    server.wait_for(server.tracked)
    browser.get("about:blank")
    assert [event["name"] for event in server.wait_for_events(1)] == ["leaving"]
    assert server.tracked()[-1].headers["Content-Type"].startswith("text/plain")


def test_once_answered_nothing_stays_in_the_browser(browser: Chrome, server: RecordingServer) -> None:
    browser.get(server.add_page(before=FIRST_EVENT))
    server.wait_for_events(1)
    waiting = "return Object.keys(localStorage).filter((key) => key.includes('.operation.')).length"
    server.wait_for(lambda: browser.execute_script(waiting) == 0)


def test_what_cannot_be_read_any_more_is_erased_and_holds_up_nothing(
    browser: Chrome, server: RecordingServer
) -> None:
    spoil = "['{', 'null', '7', '{}'].forEach((text, n) => localStorage.setItem(`carillon.operation.0${n}`, text));"
    browser.get(server.add_page(before=spoil + FIRST_EVENT))
    server.wait_for_events(1)
    waiting = "return Object.keys(localStorage).filter((key) => key.includes('.operation.')).length"
    server.wait_for(lambda: browser.execute_script(waiting) == 0)
    assert browser.execute_script("return errors") == []


def test_where_locks_are_forbidden_operations_are_sent_all_the_same(
    browser: Chrome, server: RecordingServer
) -> None:
    forbid = "navigator.locks.request = () => Promise.reject(new DOMException('no', 'SecurityError'));"
    browser.get(server.add_page(before=forbid + FIRST_EVENT))
    server.wait_for_events(1)
    browser.execute_script("carillon.addEvent('second')")
    assert [event["name"] for event in server.wait_for_events(2)] == ["first", "second"]


def test_a_failure_on_the_way_does_not_stop_what_follows(browser: Chrome, server: RecordingServer) -> None:
    fail_once = (
        "const kept = window.fetch; window.fetch = () => { window.fetch = kept; throw Error('theirs'); };"
    )
    browser.get(server.add_page(before="delete navigator.__proto__.locks;" + fail_once + FIRST_EVENT))
    server.wait_for(lambda: browser.execute_script("return !String(window.fetch).includes('theirs')"))
    browser.execute_script("carillon.addEvent('second')")
    assert [event["name"] for event in server.wait_for_events(2)] == ["first", "second"]


SENT_AT = "window.Date = class extends Date { constructor(...given) { given.length ? super(...given) : super(Date.now()); } static now() { return super.now() - 86400000; } };"


def test_each_request_says_when_it_was_sent_by_the_devices_own_clock(
    browser: Chrome, server: RecordingServer
) -> None:
    browser.get(
        server.add_page(
            before=SENT_AT + "addEventListener('beforeunload', () => carillon.addEvent('leaving'));"
        )
    )
    server.wait_for(server.tracked)
    browser.get("about:blank")
    server.wait_for_events(1)
    yesterday = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    for post in server.tracked():
        sent_at = dt.datetime.fromisoformat(post.body["sent_at"])
        assert abs(sent_at - yesterday) < dt.timedelta(minutes=1)
        assert all(dt.datetime.fromisoformat(operation["at"]) <= sent_at for operation in post.operations)
    assert server.tracked()[-1].headers["Content-Type"].startswith("text/plain")


def test_a_request_that_is_sent_again_says_the_new_time(browser: Chrome, server: RecordingServer) -> None:
    server.statuses = [503]
    browser.get(server.add_page(before=FIRST_EVENT))
    server.wait_for_events(1)
    first, second = (post.body["sent_at"] for post in server.posts)
    assert first < second


def test_what_the_server_understood_but_did_not_keep_is_a_warning(
    browser: Chrome, server: RecordingServer
) -> None:
    server.answer = {
        "accepted": 1,
        "rejected": [],
        "warnings": [{"id": "7", "warning": "spent: is no number"}],
    }
    listen = """window.told = []; addEventListener('carillon:warning', ({detail}) => told.push(detail));
      window.logged = []; console.log = (...parts) => logged.push(parts.join(' ')); carillon.push(['debug', true]);"""
    browser.get(server.add_page(before=listen))
    [told] = server.wait_for(lambda: browser.execute_script("return told"))
    assert told == {"operation": "7", "message": "spent: is no number"}
    assert any("spent: is no number" in line for line in browser.execute_script("return logged"))
    assert browser.execute_script("return warnings") == []


@pytest.mark.parametrize("status", [400, 401, 413])
def test_refused_operations_reach_the_error_event(
    browser: Chrome, server: RecordingServer, status: int
) -> None:
    server.statuses = [status]
    server.answer = {"error": "No.", "rejected": [{"id": "7", "error": "An event needs a name."}]}
    listen = "window.told = []; addEventListener('carillon:error', ({detail}) => told.push(detail));"
    browser.get(server.add_page(before=listen))
    told = server.wait_for(lambda: len(found := browser.execute_script("return told")) == 2 and found)
    assert told[0]["status"] == status
    assert told[1]["operation"] == "7"
    assert "An event needs a name." in told[1]["message"]


def test_an_answer_that_is_not_the_servers_loses_nothing(browser: Chrome, server: RecordingServer) -> None:
    wrap = """const real = fetch; let asked = 0;
      window.fetch = (...given) => asked++ ? real(...given) : Promise.resolve(new Response('<h1>Log in to the wifi</h1>'));"""
    browser.get(server.add_page(before=wrap + FIRST_EVENT))
    server.wait_for_events(1)


@pytest.mark.parametrize(
    "broken", ["undefined", "() => undefined", "async () => ({})", "() => { throw Error('theirs'); }"]
)
def test_a_page_without_a_working_fetch_still_sends_before_it_goes(
    browser: Chrome, server: RecordingServer, broken: str
) -> None:
    browser.get(server.add_page(before=f"window.fetch = {broken};" + FIRST_EVENT))
    server.wait_for(lambda: browser.execute_script("return Boolean(carillon.loaded)"))
    browser.execute_async_script("setTimeout(arguments[0], 900)")
    assert browser.execute_script("return errors") == []
    browser.get("about:blank")
    assert [event["name"] for event in server.wait_for_events(1)] == ["first"]


def test_leaving_sends_all_that_a_beacon_takes(browser: Chrome, server: RecordingServer) -> None:
    many = "addEventListener('pagehide', () => { for (let n = 0; n < 120; n++) carillon.addEvent('n', {n}); }, true);"
    browser.get(server.add_page(before=many))
    server.wait_for(server.tracked)
    browser.get("about:blank")
    server.wait_for_events(120)


def test_text_in_any_script_travels_in_requests_that_outlive_the_page(
    browser: Chrome, server: RecordingServer
) -> None:
    browser.get(
        server.add_page(
            before="for (let n = 0; n < 6; n++) carillon.push(['addEvent', 'n', {s: '靴'.repeat(1e4)}]);"
        )
    )
    server.wait_for_events(6)
    assert max(int(post.headers["Content-Length"]) for post in server.tracked()) < 60_000


def test_a_clock_that_is_set_back_changes_no_order(browser: Chrome, server: RecordingServer) -> None:
    before = """let off = 0; const real = Date.now; Date.now = () => real() - off;
      carillon.push(['ready', (sdk) => { sdk.addEvent('one'); off = 3600000; sdk.addEvent('two'); }]);"""
    browser.get(server.add_page(before=before))
    assert [event["name"] for event in server.wait_for_events(2)] == ["one", "two"]
