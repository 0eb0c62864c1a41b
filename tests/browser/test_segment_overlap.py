"""Segments side by side as a marketer sees them: chosen by keyboard, read, and made into a segment of their own."""

import re

import pytest
from pytest_django.live_server_helper import LiveServer
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from segments.looking import overlap as overlap_module
from segments.models import Segment
from subscribers.models import Site
from tests import factories
from tests.browser.browsers import WIDTHS
from tests.browser.rule_builder_page import Keyboard, RuleBuilderPage
from tests.segments.looking.people_in_segments import fill_segments, make_segments, replay_steps

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]

PEOPLE = [*["A"] * 6, *["AB"] * 4, *["B"] * 3, *["ABC"] * 2, *["C"] * 9, *[""] * 5]
LEAST_CONTRAST = 4.5  # WCAG 2.2, 1.4.3


@pytest.fixture
def page(chromium: webdriver.Chrome, live_server: LiveServer, site: Site) -> RuleBuilderPage:
    page = RuleBuilderPage(chromium, live_server.url)
    page.sign_in()
    return page


@pytest.fixture
def segments(site: Site) -> list[Segment]:
    made = make_segments(site, 3)
    fill_segments(made, *PEOPLE)
    return made


def open_page(page: RuleBuilderPage, name: str, segments: list[Segment]) -> None:
    ids = ",".join(str(segment.pk) for segment in segments)
    page.driver.get(f"{page.address}/admin/segments/segment/{name}/?ids={ids}")


def find_all(page: RuleBuilderPage, selector: str) -> list[WebElement]:
    return page.driver.find_elements(By.CSS_SELECTOR, selector)


def test_segments_are_chosen_by_keyboard_and_the_address_holds_the_choice(
    page: RuleBuilderPage, segments: list[Segment]
) -> None:
    hand = Keyboard(page.driver)
    page.driver.get(f"{page.address}/admin/segments/segment/")
    hand.press(page.driver.find_element(By.PARTIAL_LINK_TEXT, "Compare segments"))
    page.wait_for(lambda: find_all(page, "input[name=ids]"))
    for box in find_all(page, "input[name=ids]")[:2]:
        hand.press(box)
    hand.press(page.find(".look-choice button"))
    page.wait_for(lambda: find_all(page, "svg.upset"))

    assert page.driver.current_url.endswith(f"/overlap/?ids={segments[0].pk},{segments[1].pk}")


def test_columns_stand_by_size_and_say_who_they_are(page: RuleBuilderPage, segments: list[Segment]) -> None:
    open_page(page, "overlap", segments)

    words = [column.get_attribute("aria-label") for column in find_all(page, "svg a.upset-column")]
    heights = [float(bar.get_attribute("height") or 0) for bar in find_all(page, "svg a .upset-bar")]

    assert words[0] == "only Set C: 9 people. Save them as a segment"
    assert words[-1] == "Set A and Set B and Set C: 2 people. Save them as a segment"
    assert heights == sorted(heights, reverse=True)
    assert "In at least one of these segments: 24," in page.find("[data-figures]").text
    assert "in none of them: 5." in page.find("[data-figures]").text


def test_a_column_leads_to_the_builder_with_these_people_as_its_rule(
    page: RuleBuilderPage, segments: list[Segment]
) -> None:
    hand = Keyboard(page.driver)
    open_page(page, "overlap", segments)
    hand.press(find_all(page, "svg a.upset-column")[2])
    page.wait_for(lambda: find_all(page, ".rule-group"))

    assert page.find("#id_name").get_property("value") == "Set A and Set B, not Set C"
    conditions = page.rule["root"]["conditions"]
    assert [(each["segment"], each["member"]) for each in conditions] == [
        (segments[0].pk, True),
        (segments[1].pk, True),
        (segments[2].pk, False),
    ]
    assert page.count == "4 people"


def test_estimates_give_way_to_exact_figures_without_a_click(
    page: RuleBuilderPage, segments: list[Segment], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overlap_module, "MOST_AT_ONCE", 0)
    open_page(page, "overlap", segments)

    page.wait_for(lambda: "The figures are exact now." in _status(page))

    assert "Estimated" not in page.find("[data-figures]").text
    assert "In at least one of these segments: 24," in page.find("[data-figures]").text


def _status(page: RuleBuilderPage) -> str:
    return page.find("[data-announce]").get_attribute("textContent") or ""


def test_movement_is_drawn_and_written(page: RuleBuilderPage, site: Site) -> None:
    segments = make_segments(site, 2)
    people = [factories.make_subscriber(site) for _ in range(6)]
    moves = [(person, 1, 40 * 1440) for person in range(2)] + [(person, 0, 40 * 1440) for person in range(2)]
    replay_steps(segments, people, [*[(person, 0, 1) for person in range(6)], *moves])
    page.driver.get(
        f"{page.address}/admin/segments/segment/drift/?ids={segments[0].pk},{segments[1].pk}&period=quarter"
    )
    page.driver.execute_script("document.querySelectorAll('details').forEach(each => each.open = true)")
    rows = [row.text for row in find_all(page, "[aria-labelledby=look-flow] tbody tr")]

    assert rows == ["none A 4", "none B 2"]
    assert len(find_all(page, "svg.flow path.is-joined")) == 2


@pytest.mark.parametrize("name", ["overlap", "drift"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_pages_fit_the_screen(
    page: RuleBuilderPage, segments: list[Segment], name: str, width: int
) -> None:
    page.driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False},
    )
    open_page(page, name, segments)
    overflow = page.driver.execute_script(
        "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    page.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

    assert overflow <= 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_share_can_be_read_on_its_colour(
    page: RuleBuilderPage, segments: list[Segment], theme: str
) -> None:
    open_page(page, "overlap", segments)
    page.driver.execute_script(
        "document.documentElement.classList.toggle('dark', arguments[0] === 'dark')", theme
    )
    cell = page.find(".shares td")
    for level in range(6):
        page.driver.execute_script("arguments[0].className = `share-${arguments[1]}`", cell, level)
        ground, card, ink = page.driver.execute_script(
            """const cell = arguments[0], paint = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
            const read = (...colours) => { paint.clearRect(0, 0, 1, 1);
              for (const colour of colours) { paint.fillStyle = colour; paint.fillRect(0, 0, 1, 1); }
              return [...paint.getImageData(0, 0, 1, 1).data].slice(0, 3).join(); };
            const card = getComputedStyle(cell.closest('.ca-card')).backgroundColor;
            const ground = getComputedStyle(cell).backgroundColor;
            return [read(card, ground), read(card), read(getComputedStyle(cell).color)]""",
            cell,
        )
        assert find_contrast(ground, ink) >= LEAST_CONTRAST, (level, ground, card, ink)


def find_contrast(first: str, second: str) -> float:
    """WCAG 2.2, relative luminance."""
    lighter, darker = sorted((_find_luminance(first), _find_luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _find_luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
