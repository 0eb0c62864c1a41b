"""Page views and sessions, which the SDK records by itself."""

import pytest
from selenium.webdriver import Chrome

from tests.sdk.recording_server import RecordingServer

pytestmark = [pytest.mark.browser, pytest.mark.slow]


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
    browser.execute_script("localStorage['carillon.pk_test.session'] = Date.now() - 31 * 60 * 1000")
    browser.execute_script("carillon.addEvent('back')")
    settle(browser, server)
    assert sessions(server) == 2


# ---- Single-page applications -----------------------------------------------------------------------------------


def views(server: RecordingServer) -> list[tuple[str, str, str]]:
    """Address, title and referrer of each page view, in their order."""
    host = server.origin
    ordered = sorted(server.operations("page"), key=lambda view: view["at"])
    return [(view["url"].removeprefix(host), view["title"], view["referrer"].removeprefix(host)) for view in ordered]  # fmt: skip


def go(browser: Chrome, steps: str) -> None:
    """Run these steps of a single-page application; `wait(ms)` waits."""
    browser.execute_async_script(
        "const wait = (ms) => new Promise((done) => setTimeout(done, ms));"
        f"(async () => {{ {steps} }})().then(arguments[0]);"
    )


@pytest.mark.parametrize("late", [0, 1, 50, 200, 350])
def test_a_title_that_comes_after_the_address_belongs_to_its_own_page(
    browser: Chrome, server: RecordingServer, late: int
) -> None:
    browser.get(server.add_page("/"))
    server.wait_for(lambda: server.operations("page"))
    steps = "".join(
        f"history.pushState({{}}, '', '/{name}'); await wait({late}); document.title = '{name.upper()}'; await wait(100);"
        for name in "abc"
    )
    go(browser, steps + "await wait(600);")
    settle(browser, server)
    assert views(server) == [("/", "Shop", ""), ("/a", "A", "/"), ("/b", "B", "/a"), ("/c", "C", "/b")]


def test_titles_of_pages_left_in_haste_are_their_own_or_unknown_never_anothers(
    browser: Chrome, server: RecordingServer
) -> None:
    browser.get(server.add_page("/"))
    server.wait_for(lambda: server.operations("page"))
    go(
        browser,
        """history.pushState({}, '', '/a'); await wait(50); document.title = 'A'; await wait(20);
           document.title = 'B'; history.pushState({}, '', '/b'); await wait(30);
           history.pushState({}, '', '/c'); await wait(50); document.title = 'C'; await wait(600);""",
    )
    settle(browser, server)
    assert [(url, title) for url, title, _ in views(server)] == [("/", "Shop"), ("/a", "A"), ("/b", "B"), ("/c", "C")]  # fmt: skip


def test_a_page_without_a_title_of_its_own_keeps_the_applications(
    browser: Chrome, server: RecordingServer
) -> None:
    browser.get(server.add_page("/"))
    server.wait_for(lambda: server.operations("page"))
    go(browser, "history.pushState({}, '', '/a'); await wait(600);")
    settle(browser, server)
    assert views(server)[1] == ("/a", "Shop", "/")


def test_a_title_set_just_after_loading_is_the_first_pages(browser: Chrome, server: RecordingServer) -> None:
    late = "addEventListener('load', () => setTimeout(() => { document.title = 'Trail Runner'; }, 50));"
    browser.get(server.add_page("/", before=late))
    settle(browser, server)
    assert views(server) == [("/", "Trail Runner", "")]


@pytest.mark.parametrize(
    ("address", "pages"),
    [("/other", 2), ("/other?q=1", 2), ("/", 1), ("?utm_source=x", 1), ("?page=2#reviews", 1), ("#reviews", 1), ("#/route", 2)],
)  # fmt: skip
def test_an_entry_of_the_history_that_is_replaced_is_a_page_if_its_path_differs(
    browser: Chrome, server: RecordingServer, address: str, pages: int
) -> None:
    browser.get(server.add_page("/"))
    server.wait_for(lambda: server.operations("page"))
    browser.execute_script("history.replaceState({}, '', arguments[0])", address)
    go(browser, "await wait(500);")
    settle(browser, server)
    assert len(views(server)) == pages


@pytest.mark.parametrize("address", ["/", "", "#top"])
def test_the_same_address_pushed_again_is_no_page(
    browser: Chrome, server: RecordingServer, address: str
) -> None:
    browser.get(server.add_page("/"))
    server.wait_for(lambda: server.operations("page"))
    go(browser, f"history.pushState({{}}, '', '{address}' || location.href); await wait(500);")
    settle(browser, server)
    assert len(views(server)) == 1


def test_a_query_that_was_tidied_up_is_where_the_next_page_says_it_comes_from(
    browser: Chrome, server: RecordingServer
) -> None:
    browser.get(server.add_page("/") + "?utm_source=mail")
    server.wait_for(lambda: server.operations("page"))
    go(browser, "history.replaceState({}, '', '/'); history.pushState({}, '', '/a'); await wait(500);")
    settle(browser, server)
    assert [(url, referrer) for url, _, referrer in views(server)] == [("/?utm_source=mail", ""), ("/a", "/")]


def test_an_application_that_navigates_without_history_is_followed(
    browser: Chrome, server: RecordingServer
) -> None:
    browser.get(server.add_page("/"))
    server.wait_for(lambda: server.operations("page"))
    go(browser, "navigation.addEventListener('navigate', (e) => e.intercept({async handler() {}})); navigation.navigate('/a'); await wait(600);")  # fmt: skip
    settle(browser, server)
    assert viewed(server) == ["/", "/a"]


def test_browsers_without_the_navigation_interface_are_followed_too(
    browser: Chrome, server: RecordingServer
) -> None:
    browser.get(
        server.add_page("/", before="Object.defineProperty(window, 'navigation', {value: undefined});")
    )
    server.wait_for(lambda: server.operations("page"))
    go(browser, "history.pushState({}, '', '/a'); await wait(500); history.replaceState({}, '', '/b'); await wait(500); history.back(); await wait(700);")  # fmt: skip
    settle(browser, server)
    assert [(url, referrer) for url, _, referrer in views(server)] == [("/", ""), ("/a", "/"), ("/b", "/a"), ("/", "/b")]  # fmt: skip


def test_a_frozen_history_does_not_stop_the_sdk(browser: Chrome, server: RecordingServer) -> None:
    browser.get(server.add_page("/", before="Object.freeze(history);"))
    server.wait_for(lambda: server.operations("page"))
    assert browser.execute_script("return errors") == []


def test_leaving_before_the_title_came_sends_the_page_all_the_same(
    browser: Chrome, server: RecordingServer
) -> None:
    browser.get(server.add_page("/"))
    server.wait_for(lambda: server.operations("page"))
    browser.execute_script("history.pushState({}, '', '/a')")
    browser.get("about:blank")
    server.wait_for(lambda: viewed(server) == ["/", "/a"])
    assert views(server)[1] == ("/a", "", "/")


def test_a_page_that_comes_back_from_the_browsers_memory_is_viewed_again(
    browser: Chrome, server: RecordingServer
) -> None:
    browser.get(server.add_page("/"))
    server.wait_for(lambda: server.operations("page"))
    browser.execute_script("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    settle(browser, server)
    assert viewed(server) == ["/", "/"]


# ---- Pages that nobody has seen yet -----------------------------------------------------------------------------

PRERENDERED = """
  let hidden = true;
  Object.defineProperty(document, 'prerendering', {get: () => hidden});
  window.show = () => { hidden = false; document.dispatchEvent(new Event('prerenderingchange')); };
  carillon.push(['addEvent', 'product_viewed']);"""


def test_a_prerendered_page_counts_when_it_is_seen(browser: Chrome, server: RecordingServer) -> None:
    browser.get(server.add_page("/", before=PRERENDERED))
    browser.execute_async_script("setTimeout(arguments[0], 1200)")
    assert server.posts == []
    assert browser.execute_script("return Object.keys(localStorage)") == []
    browser.execute_script("show()")
    assert [event["name"] for event in server.wait_for_events(1)] == ["product_viewed"]
    assert viewed(server) == ["/"]


def test_a_prerendered_page_that_nobody_sees_never_counts(browser: Chrome, server: RecordingServer) -> None:
    browser.get(server.add_page("/", before=PRERENDERED))
    browser.execute_async_script("setTimeout(arguments[0], 600)")
    browser.get("about:blank")
    browser.execute_async_script("setTimeout(arguments[0], 300)")
    assert server.posts == []


def test_a_page_that_chromium_itself_prerenders_counts_when_it_is_seen(
    browser: Chrome, server: RecordingServer
) -> None:
    next_page = server.add_page("/next", title="Next")
    rules = f'{{"prerender": [{{"source": "list", "urls": ["{next_page}"], "eagerness": "immediate"}}]}}'
    server.add_page("/")
    server.files["/"] = server.files["/"].replace(
        "</head>", f'<script type="speculationrules">{rules}</script></head>'
    )
    browser.get(f"{server.origin}/")
    server.wait_for(lambda: server.operations("page"))
    browser.execute_async_script("setTimeout(arguments[0], 1500)")
    assert viewed(server) == ["/"]
    browser.execute_script("location.href = arguments[0]", next_page)
    server.wait_for(lambda: viewed(server) == ["/", "/next"])


def test_a_page_with_elements_named_like_ours_or_the_documents_is_recorded(
    browser: Chrome, server: RecordingServer
) -> None:
    server.add_page("/")
    named = '<body><div id="carillon"></div><form name="title"></form><img name="head">'
    page = server.files["/"].replace("<script>window.carillon = window.carillon || [];</script>", "").replace("<body>", named)  # fmt: skip
    server.files["/"] = page.replace("async src", "defer src")
    browser.get(f"{server.origin}/")
    [view] = server.wait_for(lambda: server.operations("page"))
    assert view["title"] == ""
    assert browser.execute_script("return errors") == []
