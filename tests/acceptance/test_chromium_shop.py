"""A member of staff watches a customer shop: the timeline in the admin grows by itself, within seconds."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from selenium.webdriver import Chrome

from tests.acceptance.api import Api, Json
from tests.acceptance.operating import ADMIN, PASSWORD
from tests.acceptance.shop import Shop, SubscriberPage
from tests.acceptance.stack import Stack
from tests.acceptance.waiting import wait_for, wait_until
from tests.browser.browsers import open_chromium, require_chromium

pytestmark = pytest.mark.browser

SECONDS = 15  # from a click in the shop to its line in the admin, on a busy machine
AIMTELL_PAGE = """<!doctype html><title>A shop that came from Aimtell</title>
<script>
  var _at = window._at || [];
  _at.push(['addAttribute', 'loyalty_tier', 'gold']);
  _at.push(['addEvent', {'event': 'add_to_cart', 'product_id': 'sku-12345', 'price': 129.99}]);
</script>
<script async src="%(url)s/sdk/carillon.js?site_key=%(key)s"></script>"""


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    require_chromium()
    driver = open_chromium(tmp_path_factory.mktemp("chromium"), timezone="America/Sao_Paulo")
    try:
        yield driver
    finally:
        driver.quit()


@pytest.fixture
def other_page(stack: Stack, api: Api, site: Json) -> Iterator[str]:
    """The address of a page elsewhere, whose origin the site allows."""
    page = (AIMTELL_PAGE % {"url": stack.url, "key": site["public_key"]}).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    with ThreadingHTTPServer(("localhost", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        origin = f"http://localhost:{server.server_port}"
        api.patch(f"sites/{site['id']}/", {"allowed_origins": [origin]})
        yield origin
        server.shutdown()
        thread.join()


def test_the_timeline_in_the_admin_grows_while_a_customer_shops(
    stack: Stack, api: Api, site: Json, chromium: Chrome
) -> None:
    shop, staff = Shop(chromium, stack), SubscriberPage(chromium, stack)
    shop.open()
    browser, admin_address = shop.browser, shop.admin_address
    find_customer(api, browser)
    shop_window = chromium.current_window_handle
    chromium.switch_to.new_window("window")
    staff_window = chromium.current_window_handle
    staff.log_in(ADMIN, PASSWORD)
    staff.find(admin_address)
    assert sorted(staff.timeline) == ["Session started", "Viewed a page"]

    def wait_for_line(label: str) -> None:
        chromium.switch_to.window(staff_window)
        wait_until(lambda: label in staff.timeline, f"“{label}” in the timeline", timeout=SECONDS)
        chromium.switch_to.window(shop_window)

    chromium.switch_to.window(shop_window)
    shop.add_to_cart("sku-12346")
    wait_for_line("Add to cart")
    shop.place_order()
    wait_for_line("Purchase")

    customer = find_customer(api, browser)
    # home, product, cart and thanks
    wait_for(4, lambda: api.list_events(customer).count("$page_view"))
    # The shop left each page with a beacon and sent the same again from the next: counted once.
    events = api.list_events(customer)
    assert [events.count(name) for name in ("product_viewed", "add_to_cart", "purchase")] == [1, 1, 1]
    customer = find_customer(api, browser)
    assert customer["timezone"] == "America/Sao_Paulo"
    assert customer["attributes"] == {"last_category": "running-shoes", "lifetime_value": 84}


def find_customer(api: Api, browser: str) -> Json:
    customer = wait_until(lambda: api.find_subscriber(browser), "the customer is known")
    assert customer
    return customer


def test_a_page_written_for_aimtell_reports_from_its_own_origin(
    api: Api, site: Json, chromium: Chrome, other_page: str
) -> None:
    chromium.get(other_page)
    wait_until(lambda: chromium.execute_script("return Boolean(window._at?.track)"), "the SDK is loaded")
    chromium.execute_script("_at.track('alias', 'user==u-42')")

    def find() -> Json | None:
        """Nothing proves the name, so it is kept beside the visitor."""
        return next(
            (one for one in api.rows("subscribers/", site=site["id"]) if one["claimed_id"] == "u-42"), None
        )

    visitor = wait_until(find, "the visitor has told a name")
    assert visitor
    wait_until(lambda: "add_to_cart" in api.list_events(visitor or {}), "the event arrives")
    customer = find()
    assert customer
    assert customer["external_id"] == ""
    assert customer["attributes"] == {"loyalty_tier": "gold"}
