"""The demo shop and the subscriber's page in the admin, as people with a browser meet them."""

from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver

from tests.acceptance.stack import Stack
from tests.acceptance.waiting import wait_for, wait_until


class Shop:
    """A visitor of the demo shop."""

    def __init__(self, driver: WebDriver, stack: Stack) -> None:
        self._driver = driver
        self._url = f"{stack.url}/demo/"

    def open(self, page: str = "") -> None:
        self._driver.get(self._url + page)
        wait_until(lambda: self._driver.execute_script("return window.carillon?.loaded"), "the SDK is loaded")

    @property
    def browser(self) -> str:
        """The uuid that the SDK gave this browser."""
        return str(self._driver.execute_script("return carillon.subscriber"))

    @property
    def admin_address(self) -> str:
        """Where the shop's footer leads those who want to see themselves."""
        address = self._driver.find_element(By.ID, "admin-link").get_attribute("href")
        assert address
        return address

    def allow_notifications(self) -> None:
        bell = self._driver.find_element(By.ID, "bell")
        bell.click()
        wait_until(lambda: "Notifications on" in bell.text, "the bell says that notifications are on")

    def add_to_cart(self, sku: str) -> None:
        """View a product and add one to the cart."""
        self.open(f"product/{sku}/")
        self._driver.find_element(By.ID, "add-to-cart").click()

    def place_order(self) -> None:
        self.open("cart/")
        self._driver.find_element(By.ID, "place-order").click()
        wait_for(f"{self._url}thanks/", lambda: self._driver.current_url)


class SubscriberPage:
    """A member of staff who watches one subscriber in the admin."""

    def __init__(self, driver: WebDriver, stack: Stack) -> None:
        self._driver = driver
        self._url = f"{stack.url}/admin/"

    def log_in(self, name: str, password: str) -> None:
        self._driver.get(self._url)
        for field, value in (("login", name), ("password", password)):
            self._driver.find_element(By.NAME, field).send_keys(value)
        self._driver.find_element(By.CSS_SELECTOR, "#login-form button").click()
        wait_for(self._url, lambda: self._driver.current_url)

    def find(self, address: str) -> None:
        """Follow the shop's link and open the one subscriber that it finds."""
        self._driver.get(address)
        self._driver.find_element(By.CSS_SELECTOR, "#result_list a[href*='/change/']").click()
        wait_until(lambda: self._driver.find_elements(By.ID, "timeline"), "the subscriber's page")

    @property
    def timeline(self) -> list[str]:
        """What is read there now, newest first."""
        rows = self._driver.find_elements(By.CSS_SELECTOR, "#timeline li strong")
        return [row.text for row in rows]
