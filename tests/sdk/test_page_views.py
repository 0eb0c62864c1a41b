"""Page views and sessions, which the SDK records by itself."""

import pytest
from selenium.webdriver import Chrome

from tests.sdk.recording_server import RecordingServer

pytestmark = pytest.mark.browser


def viewed(server: RecordingServer) -> list[str]:
    return [view["url"].removeprefix(server.origin) for view in server.operations("page")]


def sessions(server: RecordingServer) -> int:
    return sum(event["name"] == "$session_start" for event in server.operations("event"))


def settle(browser: Chrome, server: RecordingServer) -> None:
    """Wait until a marker event, recorded after everything else, has arrived."""
    expected = len(server.events()) + 1
    browser.execute_async_script(
        "const done = arguments[0]; setTimeout(() => { carillon.addEvent('marker'); done(); }, 100)"
    )
    server.wait_for_events(expected)


def test_loading_a_page_is_a_page_view_with_its_title(browser: Chrome, server: RecordingServer) -> None:
    browser.get(server.add_page("/sale/shoes", title="Sale"))
    [view] = server.wait_for(lambda: server.operations("page"))
    assert (view["url"], view["title"]) == (f"{server.origin}/sale/shoes", "Sale")


def test_a_page_view_says_where_the_visitor_came_from(browser: Chrome, server: RecordingServer) -> None:
    browser.get(server.add_page("/"))
    address = server.add_page("/next")
    browser.execute_script("location.href = arguments[0]", address)
    views = server.wait_for(lambda: len(found := server.operations("page")) == 2 and found)
    assert [view["referrer"] for view in views] == ["", f"{server.origin}/"]


def test_each_address_of_a_single_page_application_is_a_page_view(
    browser: Chrome, server: RecordingServer
) -> None:
    browser.get(server.add_page("/"))
    browser.execute_async_script(
        """const done = arguments[0];
        carillon.ready ? go() : addEventListener('load', go);
        function go() {
          history.pushState({}, '', '/a'); document.title = 'A';
          setTimeout(() => { history.back(); setTimeout(done, 300); }, 100);
        }"""
    )
    settle(browser, server)
    assert viewed(server) == ["/", "/a", "/"]
    assert server.operations("page")[1]["title"] == "A"


def test_an_anchor_on_the_same_page_is_no_page_view_but_a_route_is(
    browser: Chrome, server: RecordingServer
) -> None:
    browser.get(server.add_page("/"))
    server.wait_for(server.tracked)
    browser.execute_script("location.hash = 'reviews'")
    settle(browser, server)
    browser.execute_script("location.hash = '#/checkout'")
    settle(browser, server)
    assert viewed(server) == ["/", "/#/checkout"]


def test_a_page_may_count_its_views_itself(browser: Chrome, server: RecordingServer) -> None:
    before = "carillon.push(['page', {url: 'https://shop.example/virtual', title: 'Virtual'}]);"
    browser.get(server.add_page(before=before, attributes='data-auto-page="false"'))
    [view] = server.wait_for(lambda: server.operations("page"))
    assert (view["url"], view["title"]) == ("https://shop.example/virtual", "Virtual")


def test_several_pages_within_half_an_hour_are_one_session(browser: Chrome, server: RecordingServer) -> None:
    for path in ("/", "/next", "/third"):
        browser.get(server.add_page(path))
        settle(browser, server)
    assert sessions(server) == 1


def test_half_an_hour_without_activity_begins_a_new_session(browser: Chrome, server: RecordingServer) -> None:
    browser.get(server.add_page())
    settle(browser, server)
    browser.execute_script("localStorage['carillon.session'] = Date.now() - 31 * 60 * 1000")
    browser.execute_script("carillon.addEvent('back')")
    settle(browser, server)
    assert sessions(server) == 2
