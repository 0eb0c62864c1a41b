"""Who the visitor is, and where: what cannot be an id or a place is refused with a sentence and never sent."""

from typing import Any

import pytest
from selenium.webdriver import Chrome

from tests.sdk.recording_server import RecordingServer

pytestmark = pytest.mark.browser
TROUBLES = (
    "window.troubles = []; addEventListener('carillon:error', ({detail}) => troubles.push(detail.message));"
)
NO_IDS = ["undefined", "null", "''", "' '", "'\\u200b'", "'--'", "NaN", "Infinity", "1.5", "2 ** 53", "true", "false", "{}", "{id: 'u-42'}",
          "[]", "['u-42']", "() => 'u-42'", "Symbol('u')", "new Date()", "new String('u-42')", "document.body", "'undefined'", "'null'",
          "' Null '", "'(null)'", "'`undefined`'", "'<NaN>'", "'None'", "'user_undefined'", "'undefined-null'", "'undefinedundefined'",
          "'[object Object]'", "'[object HTMLInputElement]'", "'u-[object Object]'", "'() => id'", "'function () {}'", "'true'",
          "0", "-0", "'0'", "'0.0'", "'000'", "-1", "'1e+21'", "'1.23e+25'", "'{{ user.id }}'", "'u-{{ user.id }}'", "'${user.id}'", "'{id}'", "'<%= user.id %>'",
          "'%USER_ID%'", "'[[user]]'", "'__USER__'", "'*|ID|*'", "':id'", "'<id>'", "'anonymous'", "'Guest'", "'(not set)'", "'N/A'", "'#N/A'",
          "'not-authenticated'", "'user_id'", "'00000000-0000-0000-0000-000000000000'"]  # fmt: skip
IDS = ["u-42", "0042", "42", "Ann", "nullable", "undefined-behaviour", "Noneman", "ann@example.com", "Ünïcode", "靴屋", "user:1", "user-7",
       "a{b}", "100%", "guest-12", "10e3", "0-1", "🔔", "objectivist"]  # fmt: skip


def troubles_after(browser: Chrome, server: RecordingServer, commands: str) -> list[str]:
    """What the page was told by the time that an event after these commands has arrived."""
    browser.get(server.add_page(before=TROUBLES + commands + "carillon.push(['addEvent', 'after']);"))
    server.wait_for_events(1)
    told: list[str] = browser.execute_script("return troubles")
    return told


def test_what_cannot_be_an_id_is_refused_with_a_sentence_and_never_sent(
    browser: Chrome, server: RecordingServer
) -> None:
    told = troubles_after(
        browser, server, "".join(f"carillon.push(['identify', {given}]);" for given in NO_IDS)
    )
    assert server.operations("identify") == []
    assert len(told) == len(NO_IDS)
    assert all("identify" in sentence and "['identify', 'u-42']" in sentence for sentence in told)


def test_what_can_be_an_id_is_sent_as_text(browser: Chrome, server: RecordingServer) -> None:
    given = [repr(text) for text in IDS] + [
        "42",
        "9007199254740991",
        "12345678901234567890n",
        "-7",
    ]
    assert (
        troubles_after(browser, server, "".join(f"carillon.push(['identify', {one}]);" for one in given))
        == []
    )
    sent = [operation["external_id"] for operation in server.operations("identify")]
    assert sent == [*IDS, "42", "9007199254740991", "12345678901234567890", "-7"]


@pytest.mark.parametrize("alias", ["undefined", "{user: undefined}", "'user==undefined'", "'user=='", "{user: {}}", "NaN", "[]", "null"])  # fmt: skip
def test_aimtells_alias_refuses_the_same(browser: Chrome, server: RecordingServer, alias: str) -> None:
    told = troubles_after(browser, server, f"var _at = []; _at.push(['alias', {alias}]);")
    browser.execute_async_script("setTimeout(arguments[0], 700)")
    told = browser.execute_script("return troubles")
    assert server.operations("identify") == []
    assert len(told) == 1
    assert "identify" in told[0]


@pytest.mark.parametrize(
    "value", ["NaN", "-Infinity", "undefined", "() => 1", "Symbol('s')", "new Date(NaN)"]
)
def test_an_attribute_that_json_has_no_word_for_is_told_and_removes_nothing(
    browser: Chrome, server: RecordingServer, value: str
) -> None:
    told = troubles_after(
        browser, server, f"carillon.push(['addAttributes', {{spent: {value}, tier: 'gold'}}]);"
    )
    assert [change["set"] for change in server.operations("attributes")] == [{"tier": "gold"}]
    [sentence] = told
    assert '"spent"' in sentence


# ---- Where the visitor is ---------------------------------------------------------------------------------------

PLACES = [
    "48.4, 9.99",
    "{latitude: 48.4, longitude: 9.99}",
    "{latitude: 48.4, longitude: 9.99, accuracy: 20}",
    "{coords: {latitude: 48.4, longitude: 9.99, accuracy: 20}, timestamp: 1}",
]
NO_PLACES = ["", "undefined", "48.4", "48.4, '9.99'", "91, 0", "0, -181", "NaN, 0", "{latitude: 48.4}", "{lat: 48.4, lng: 9.99}",
             "'Ulm'", "[48.4, 9.99]", "true, true"]  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_a_place_is_sent_as_latitude_and_longitude(
    browser: Chrome, server: RecordingServer, place: str
) -> None:
    assert troubles_after(browser, server, f"carillon.push(['setLocation', {place}]);") == []
    assert [change["set"] for change in server.operations("attributes")] == [
        {"latitude": 48.4, "longitude": 9.99}
    ]


def test_what_is_no_place_is_refused_with_a_sentence(browser: Chrome, server: RecordingServer) -> None:
    commands = "".join(f"carillon.push(['setLocation'{', ' if one else ''}{one}]);" for one in NO_PLACES)
    told = troubles_after(browser, server, commands)
    assert server.operations("attributes") == []
    assert len(told) == len(NO_PLACES)
    assert all("latitude from -90 to 90" in sentence for sentence in told)


def test_a_place_can_be_taken_back(browser: Chrome, server: RecordingServer) -> None:
    troubles_after(browser, server, "carillon.push(['setLocation', null]);")
    [change] = server.operations("attributes")
    assert (change["set"], change["unset"]) == ({}, ["latitude", "longitude"])


def test_the_browsers_own_position_is_taken_as_it_comes(browser: Chrome, server: RecordingServer) -> None:
    permission = {"origin": server.origin, "permissions": ["geolocation"]}
    browser.execute_cdp_cmd("Browser.grantPermissions", permission)
    position = {"latitude": 48.4, "longitude": 9.99, "accuracy": 10}
    browser.execute_cdp_cmd("Emulation.setGeolocationOverride", position)
    ask = "navigator.geolocation.getCurrentPosition((position) => carillon.push(['setLocation', position]));"
    browser.get(server.add_page(before=ask))
    [change] = server.wait_for(lambda: server.operations("attributes"))
    place: dict[str, Any] = change["set"]
    assert place == {"latitude": 48.4, "longitude": 9.99}
