"""What the service worker is sent, and how much of it fits into a push."""

import json
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from campaigns.rendering.errors import RenderingError

# RFC 8291 in one RFC 8188 record: 4,096 bytes less 86 of header, 16 of authentication tag and 1 of padding.
MAX_PAYLOAD = 3993
# The longest that is put into a message when it is sent: a topic (RFC 8030), and the token of a delivery, which is three
# numbers (campaign, run, person) and a signature. Room is kept for them, so that whatever fits for one fits for all.
LONGEST_TOPIC = 32
LONGEST_TOKEN = 19 + 10 + 19 + 2 + 1 + 43
_ROOM = MAX_PAYLOAD - LONGEST_TOPIC - LONGEST_TOKEN
_MARK = "…"
# What is cut, in this order, and how many characters are left of it: no system shows more than these of a title.
_CUTS = (("title", 200), ("body", 1), ("title", 1))
_JOINERS = {"\u200d", "\ufe0e", "\ufe0f"}
_WORST = 6  # bytes of one character in JSON, which writes a control character as \u0000


@dataclass(frozen=True, slots=True)
class Action:
    """A button of a notification."""

    action: str
    title: str
    link: str


@dataclass(frozen=True, slots=True)
class PushMessage:
    """What the service worker is sent (sdk/carillon-worker.js)."""

    title: str
    body: str = ""
    icon: str = ""
    image: str = ""
    link: str = ""
    tag: str = ""
    actions: tuple[Action, ...] = ()
    token: str = ""
    feedback_url: str = ""

    def to_json(self) -> str:
        # By name rather than by dataclasses.asdict, which takes as long as all of the rest.
        content = {
            "carillon": 1,
            "title": self.title,
            "body": self.body,
            "icon": self.icon,
            "image": self.image,
            "link": self.link,
            "tag": self.tag,
            "actions": [
                {"action": button.action, "title": button.title, "link": button.link}
                for button in self.actions
            ],
            "token": self.token,
            "feedback_url": self.feedback_url,
        }
        return json.dumps(content, ensure_ascii=False, separators=(",", ":"))

    def to_payload(self) -> bytes:
        """The bytes to encrypt."""
        return self.to_json().encode()


def fit(message: PushMessage, *, personal: Collection[str]) -> PushMessage:
    """A message without topic and token, short enough for a push whatever these are.

    Of the texts that depend on a person (`personal`) as much is cut off as must be, with an ellipsis. RenderingError if
    that does not help.
    """
    over = _measure(message) - _ROOM
    for name, kept in _CUTS:
        if over > 0 and name in personal:
            shorter: Any = {name: _shorten(getattr(message, name), over, keep=kept)}
            message = replace(message, **shorter)
            over = _measure(message) - _ROOM
    if over > 0:
        raise RenderingError(
            f"The message takes {MAX_PAYLOAD + over:,} bytes; at most {MAX_PAYLOAD:,} fit into a push. "
            "Shorter texts and addresses help."
        )
    return message


def _measure(message: PushMessage) -> int:
    """Bytes as they are sent; of short messages, no fewer than that."""
    texts = [message.title, message.body, message.icon, message.image, message.link, message.feedback_url]
    for button in message.actions:
        texts += [button.action, button.title, button.link]
    at_most = sum(map(len, texts)) * _WORST + 500
    return at_most if at_most <= _ROOM else len(message.to_payload())


def _shorten(text: str, by: int, *, keep: int) -> str:
    """The text less that many bytes of JSON, or all but `keep` characters of it, and an ellipsis.

    Not cut within what is seen as one character.
    """
    if len(text) <= keep:
        return text
    end, freed = len(text), -len(_MARK.encode())
    while end > keep and freed < by:
        end -= 1
        freed += len(json.dumps(text[end], ensure_ascii=False).encode()) - 2
    while end > 1 and _belongs_together(text[end - 1], text[end]):
        end -= 1
    return text[:end].rstrip() + _MARK


def _belongs_together(before: str, after: str) -> bool:
    return bool(unicodedata.combining(after)) or after in _JOINERS or before == "\u200d"
