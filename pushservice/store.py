"""What the service knows: browsers, the channels they registered, and messages waiting for them. In memory only."""

from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_urlsafe
from uuid import uuid4

from aiohttp import web

SINK_PREFIXES = ("demo-", "test-")
WAITING_PER_BROWSER = 1000


@dataclass(frozen=True, slots=True)
class Message:
    """One accepted push on its way to a browser. `ttl` is in seconds."""

    id: str
    channel_id: str
    body: bytes
    encoding: str
    topic: str | None
    ttl: int
    expires_at: datetime


@dataclass(slots=True)
class Browser:
    """One browser profile, known across reconnects by its `uaid`."""

    uaid: str
    tokens: dict[str, str] = field(default_factory=dict)  # channelID → token
    waiting: dict[str, Message] = field(default_factory=dict)  # until acknowledged or expired; oldest first
    socket: web.WebSocketResponse | None = None

    def keep(self, message: Message) -> bool:
        """Hold a message until it is acknowledged; True if it replaced one with its topic (RFC 8030, section 5.4)."""
        replaced = [
            waiting.id
            for waiting in self.waiting.values()
            if message.topic and (waiting.topic, waiting.channel_id) == (message.topic, message.channel_id)
        ]
        for message_id in replaced:
            del self.waiting[message_id]
        self.waiting[message.id] = message
        if len(self.waiting) > WAITING_PER_BROWSER:
            del self.waiting[next(iter(self.waiting))]
        return bool(replaced)

    def drop_expired(self, now: datetime) -> int:
        """Forget the messages whose TTL has passed; how many they were."""
        expired = [message.id for message in self.waiting.values() if message.expires_at <= now]
        for message_id in expired:
            del self.waiting[message_id]
        return len(expired)


@dataclass(frozen=True, slots=True)
class Channel:
    """One push subscription of a browser; `key` is the only application server key it accepts, if it named one."""

    browser: Browser
    channel_id: str
    key: bytes | None


class Store:
    """All browsers and channels of one running service."""

    def __init__(self) -> None:
        self.browsers: dict[str, Browser] = {}
        self.channels: dict[str, Channel] = {}
        self.gone: set[str] = set()

    def greet(self, uaid: str | None) -> Browser:
        """The browser known by `uaid`, or a new one with a uaid of its own."""
        known = self.browsers.get(uaid or "")
        if known is not None:
            return known
        browser = Browser(uuid4().hex)
        self.browsers[browser.uaid] = browser
        return browser

    def register(self, browser: Browser, channel_id: str, key: bytes | None) -> str:
        """The token of a channel; registering the same channel again gives the same token."""
        token = browser.tokens.setdefault(channel_id, token_urlsafe(24))
        self.channels[token] = Channel(browser, channel_id, key)
        return token

    def unregister(self, browser: Browser, channel_id: str) -> None:
        """End a channel: its token is gone for good, with whatever waited on it."""
        token = browser.tokens.pop(channel_id, None)
        if token is None:
            return
        del self.channels[token]
        self.gone.add(token)
        browser.waiting = {m.id: m for m in browser.waiting.values() if m.channel_id != channel_id}

    def withdraw(self, message_id: str) -> bool:
        """Forget a waiting message at its sender's wish (RFC 8030, section 6.2); False if none waits."""
        return any(browser.waiting.pop(message_id, None) for browser in self.browsers.values())


STORE = web.AppKey("store", Store)
