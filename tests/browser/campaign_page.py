"""The pages of a campaign, as somebody with a mouse and a keyboard meets them."""

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait

PATIENCE = 15  # seconds


class CampaignPage:
    """What can be done on these pages and seen there."""

    def __init__(self, driver: Chrome, url: str) -> None:
        self.driver = driver
        self.url = url

    def open(self, path: str) -> None:
        self.driver.get(self.url + path)

    def find(self, selector: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def click(self, selector: str) -> None:
        self._press(self.find(selector))

    def click_text(self, text: str) -> None:
        """Press the first visible button or link, or tick the first box, that says `text`."""
        found = self.driver.find_elements(
            By.XPATH, f"//*[self::a or self::button or self::label][contains(., '{text}')]"
        )
        self._press(next(element for element in found if element.is_displayed()))

    def write(self, name: str, text: str) -> None:
        """Type into a field, in place of what is there."""
        field = self.find(f"[name='{name}']")
        field.clear()
        field.send_keys(text)

    def choose_time(self, name: str, value: str) -> None:
        """Pick a date or a time; how it is typed depends on the browser's language."""
        script = """
            arguments[0].value = arguments[1];
            arguments[0].dispatchEvent(new Event("change", {bubbles: true}));
        """
        self.driver.execute_script(script, self.find(f"[name='{name}']"), value)

    def choose(self, name: str, value: str) -> None:
        """Pick an entry of a list."""
        Select(self.find(f"[name='{name}']")).select_by_value(value)

    def unfold(self, text: str) -> None:
        """Open the first folded part whose heading says `text` and that can be seen."""
        found = self.driver.find_elements(By.XPATH, f"//summary[contains(., '{text}')]")
        self._press(next(element for element in found if element.is_displayed()))

    def wait_for(self, text: str, selector: str = "body") -> None:
        """Wait until `text` can be read."""
        WebDriverWait(self.driver, PATIENCE, poll_frequency=0.05).until(
            lambda _: text in self.read(selector), f"“{text}” did not appear in {selector}"
        )

    def read(self, selector: str) -> str:
        """What is written there now, or nothing where that part of the page is missing."""
        # In one step, since the page may be replaced between finding something and reading it.
        script = "return document.querySelector(arguments[0])?.innerText ?? ''"
        return str(self.driver.execute_script(script, selector))

    def overflows(self) -> bool:
        """Is there anything to the right of the window's edge?"""
        return bool(
            self.driver.execute_script("return document.documentElement.scrollWidth > window.innerWidth")
        )

    def _press(self, element: WebElement) -> None:
        # In the middle of the window nothing that sticks to its edges is in the way.
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()
