"""A browser is never called by what stands for none: such an id is made anew."""

import uuid

import pytest
from selenium.webdriver import Chrome

from subscribers.browser_ids import is_placeholder
from tests.sdk.recording_server import RecordingServer

pytestmark = pytest.mark.browser
NIL, MAX, ZEROED = (
    "00000000-0000-0000-0000-000000000000",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "00000000-0000-4000-8000-000000000000",
)
BROKEN_CRYPTO = f"crypto.randomUUID = () => '{ZEROED}'; crypto.getRandomValues = (bytes) => bytes.fill(0);"  # as some bots have it


@pytest.mark.parametrize(
    "before",
    [
        *(f"""localStorage['carillon.pk_test.subscriber'] = '"{each}"';""" for each in (NIL, MAX, ZEROED)),
        f"""localStorage['carillon.subscriber'] = '"{NIL}"';""",
        f"document.cookie = '_aimtellSubscriberID={NIL}; path=/';",
        f"document.cookie = '_aimtellSubscriberID={MAX.upper()}; path=/';",
        BROKEN_CRYPTO,
    ],
)
def test_an_id_that_stands_for_nobody_is_made_anew(
    browser: Chrome, server: RecordingServer, before: str
) -> None:
    browser.get(
        server.add_page(before=before + "carillon.push(['addEvent', 'a']); carillon.push(['addEvent', 'b']);")
    )
    server.wait_for_events(2)

    assert not any(is_placeholder(uuid.UUID(post.body["subscriber"])) for post in server.posts)
    ids = [operation["id"] for operation in server.operations("event")]
    assert len(set(ids)) == len(ids)
    assert not any(is_placeholder(uuid.UUID(id_)) for id_ in ids)
