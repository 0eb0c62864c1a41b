"""What waits for a browser that never comes back does not grow without end."""

from datetime import UTC, datetime

from pushservice.store import WAITING_PER_BROWSER, Browser, Message

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_the_oldest_message_makes_room_when_too_many_wait() -> None:
    browser = Browser("uaid")
    for number in range(WAITING_PER_BROWSER + 2):
        browser.keep(Message(str(number), "channel", b"", "aes128gcm", None, 60, NOON))
    assert len(browser.waiting) == WAITING_PER_BROWSER
    assert next(iter(browser.waiting)) == "2"


def test_a_message_expires_at_its_instant_and_not_before() -> None:
    browser = Browser("uaid")
    browser.keep(Message("a", "channel", b"", "aes128gcm", None, 60, NOON))
    assert browser.drop_expired(NOON.replace(hour=11)) == 0
    assert browser.drop_expired(NOON) == 1
    assert not browser.waiting


def test_a_topic_replaces_only_on_its_own_channel() -> None:
    browser = Browser("uaid")
    for name, channel in (("a", "one"), ("b", "two"), ("c", "one")):
        browser.keep(Message(name, channel, b"", "aes128gcm", "sale", 60, NOON))
    assert list(browser.waiting) == ["b", "c"]
