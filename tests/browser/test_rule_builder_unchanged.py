"""Opening a rule changes nothing: whatever it holds is saved as it was, to the last sign, unless somebody touches it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django.live_server_helper import LiveServer
from selenium import webdriver

from segments.models import Segment
from subscribers.models import Attribute, Site
from tests import factories
from tests.browser.browsers import open_chromium, require_chromium
from tests.browser.rule_builder_page import Mouse, RuleBuilderPage, control
from tests.parity.strategies import documents
from tests.segments.live import make_built
from tracking.models import EventType

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]

TIER = {"type": "attribute", "key": "tier"}
VALUE = {"type": "attribute", "key": "value"}
TAGS = {"type": "attribute", "key": "tags"}
ODD_TEXTS = [" Ulm ", "a\nb", "a\r\nb\\n", "\ta\t", "👩‍👩‍👧", "\\", "\\\\|\\*", '"', "e\u0301", "\u200b", "'", "</textarea>", "&amp;"]  # fmt: skip
ODD_NUMBERS = [
    9007199254740993,
    -9007199254740993,
    10**30,
    1.0,
    -0.0,
    1e21,
    -1e21,
    1e-7,
    0.1 + 0.2,
    123456789.125,
]
WHERE = [{"property": "price", "operator": "equals", "value": 1.0}, {"property": "sizes", "operator": "includes", "value": 42}]  # fmt: skip
ODD_NODES: list[dict[str, Any]] = [
    *({**TIER, "operator": "equals", "value": text} for text in ODD_TEXTS),
    {**TIER, "operator": "in", "values": ODD_TEXTS},
    {**TIER, "operator": "in", "values": ["gold", "gold", " gold"]},
    *({**VALUE, "operator": "at_least", "value": number} for number in ODD_NUMBERS),
    {**VALUE, "operator": "not_in", "values": ODD_NUMBERS},
    {**TAGS, "operator": "includes_any", "values": [42, "42", 42.0, "x"]},
    {**TAGS, "operator": "includes", "value": 9007199254740993},
    {"type": "event", "event": "never_seen", "count": None, "where": WHERE, "within": None},
    {"type": "event", "event": "buy", "within": {"last": {"days": 14.0}}},
    {"type": "bucket", "salt": " a ", "from": 1, "to": 9999},
]
WRITE = """
const [texts, catalogueUrl, done] = arguments;
(async () => {
  const { ruleDocument } = await import("/static/segments/document.js");
  const { timezone, ...catalogue } = await (await fetch(catalogueUrl)).json();
  done(texts.map((text) => ruleDocument(text, { catalogue, zone: timezone, segment: null }).write()));
})();"""


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    require_chromium()
    driver = open_chromium(tmp_path_factory.mktemp("chromium"))
    yield driver
    driver.quit()


@pytest.fixture
def page(chromium: webdriver.Chrome, live_server: LiveServer, site: Site) -> RuleBuilderPage:
    factories.make_attribute(site, "tier")
    factories.make_attribute(site, "value", Attribute.Type.NUMBER)
    factories.make_attribute(site, "tags", Attribute.Type.LIST)
    EventType.objects.create(site=site, name="buy", properties={"price": "number", "sizes": "list"})
    page = RuleBuilderPage(chromium, live_server.url)
    page.sign_in()
    return page


def group_of(*nodes: dict[str, Any]) -> dict[str, Any]:
    return {"version": 1, "root": {"type": "group", "match": "all", "conditions": list(nodes)}}


def describe_anew(page: RuleBuilderPage, segment: Segment) -> Segment:
    """Open the segment, write another description, save."""
    page.open(f"{segment.pk}/change/")
    mouse = Mouse(page.driver)
    mouse.enter(page.find("#id_description"), "Another description")
    page.save(mouse)
    page.wait_for(lambda: "was changed successfully" in page.driver.page_source)
    segment.refresh_from_db()
    return segment


@pytest.mark.parametrize(
    "rule", [group_of(*ODD_NODES), {"version": 1, "root": ODD_NODES[0]}], ids=["all", "bare"]
)
def test_a_rule_is_as_it_was_when_only_the_description_was_edited(
    page: RuleBuilderPage, site: Site, rule: dict[str, Any]
) -> None:
    segment = make_built(site, rule)
    segment.refresh_from_db()
    before = json.dumps(segment.rule)

    after = describe_anew(page, segment)

    assert after.description == "Another description"
    assert json.dumps(after.rule) == before
    assert segment.versions.count() == 1


def test_editing_one_condition_leaves_the_others_as_they_were(page: RuleBuilderPage, site: Site) -> None:
    segment = factories.make_segment(site, group_of({**TIER, "operator": "equals", "value": "x"}, *ODD_NODES))
    segment.refresh_from_db()
    page.open(f"{segment.pk}/change/")
    text = page.find("textarea[name=rule]").get_property("value")
    assert text == json.dumps(segment.rule, ensure_ascii=False)

    Mouse(page.driver).enter(control(page.conditions[0], "tier"), "gold")

    after = page.find("textarea[name=rule]").get_property("value")
    saved: Any = segment.rule
    for node in saved["root"]["conditions"][1:]:
        assert json.dumps(node, ensure_ascii=False) in after  # type: ignore[operator]


def test_editing_part_of_a_condition_leaves_its_other_values_as_they_were(
    page: RuleBuilderPage, site: Site
) -> None:
    segment = factories.make_segment(
        site, group_of({**VALUE, "operator": "at_least", "value": 9007199254740993})
    )
    page.open(f"{segment.pk}/change/")

    Mouse(page.driver).enter(control(page.outermost, "value: comparison"), "is greater than")

    assert page.rule["root"]["conditions"][0]["value"] == 9007199254740993
    assert page.rule["root"]["conditions"][0]["operator"] == "greater_than"


def test_every_valid_rule_is_written_as_it_was_read(page: RuleBuilderPage, site: Site) -> None:
    page.open()
    page.driver.set_script_timeout(60)
    catalogue = f"/admin/segments/segment/catalogue/{site.pk}/"

    @settings(max_examples=10, suppress_health_check=list(HealthCheck))
    @given(st.lists(documents, min_size=25, max_size=25))
    def law(rules: list[dict[str, Any]]) -> None:
        texts = [json.dumps(rule, ensure_ascii=False) for rule in rules]
        assert page.driver.execute_async_script(WRITE, texts, catalogue) == texts

    law()


def test_numbers_are_shown_in_plain_digits(page: RuleBuilderPage, site: Site) -> None:
    page.open(
        f"{factories.make_segment(site, group_of({**VALUE, 'operator': 'in', 'values': [-1e21, 1e-7]})).pk}/change/"
    )

    chips = page.find(".rule-chips").text
    assert "-1000000000000000000000" in chips
    assert "0.0000001" in chips
