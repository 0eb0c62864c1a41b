"""A message's words, put together for one person: Liquid templates in, a push message out."""

import functools
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from liquid import BoundTemplate, Environment
from liquid.exceptions import LiquidError

from campaigns.models import Message
from subscribers.models import Subscriber

# RFC 8291 in one RFC 8188 record: 4,096 bytes less 86 of header, 16 of authentication tag and 1 of padding.
MAX_PAYLOAD = 3993
PROFILE_FIELDS = ("country", "region", "city", "timezone", "language", "external_id", "email")
MAX_ACTIONS = 2


class RenderingError(ValueError):
    """A message could not be put together; says why."""


class _SafeEnvironment(Environment):
    """Liquid without other files, and with an end to every loop."""

    loop_iteration_limit = 1000
    output_stream_limit = 10_000
    local_namespace_limit = 100_000


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
        """The bytes to encrypt; RenderingError if no push service would take that many."""
        payload = self.to_json().encode()
        check_size(payload)
        return payload


def check_size(payload: bytes) -> None:
    """RenderingError if no push service would take that many bytes."""
    if len(payload) > MAX_PAYLOAD:
        raise RenderingError(
            f"The message takes {len(payload):,} bytes; at most {MAX_PAYLOAD:,} fit into a push. "
            "Shorter texts and addresses help."
        )


def make_topic(campaign_id: int, occurrence: int) -> str:
    """The tag and Topic (RFC 8030, at most 32 base64url characters) by which a repeat replaces its first copy."""
    return f"c{campaign_id}-{occurrence}"


@dataclass(frozen=True, slots=True)
class _Text:
    """A text of a message. Without a template, it is what everybody reads."""

    source: str
    template: BoundTemplate | None

    def fill(self, variables: dict[str, Any]) -> str:
        return self.source if self.template is None else _render(self.source, self.template, variables)


@dataclass(frozen=True, slots=True)
class _Link(_Text):
    """A link may hold attributes, and attributes come from browsers: so only web addresses are let through."""

    def fill(self, variables: dict[str, Any]) -> str:
        if self.template is None:
            return self.source
        return _check_link(_render(self.source, self.template, variables))


@dataclass(frozen=True, slots=True)
class CompiledMessage:
    """A message that was read once, to be put together for many people."""

    title: _Text
    body: _Text
    link: _Link
    icon: str
    image: str
    buttons: tuple[tuple[_Text, _Link], ...]

    def fill(self, variables: dict[str, Any], *, token: str, tag: str = "") -> PushMessage:
        """The message for one person, of whom `variables` (read_variables) are known.

        RenderingError if a template breaks or a link leads nowhere safe.
        """
        actions = tuple(
            Action(f"a{number}", title.fill(variables), link.fill(variables))
            for number, (title, link) in enumerate(self.buttons, start=1)
        )
        return PushMessage(
            title=self.title.fill(variables),
            body=self.body.fill(variables),
            icon=self.icon,
            image=self.image,
            link=self.link.fill(variables),
            tag=tag,
            actions=actions,
            token=token,
            feedback_url=f"{settings.PUBLIC_URL}/v1/feedback",
        )


def compile_message(message: Message) -> CompiledMessage:
    """Read a message's templates. RenderingError if one cannot be read, or a link is no web address for anybody."""
    return CompiledMessage(
        title=_compile_text(message.title),
        body=_compile_text(message.body),
        link=_compile_link(message.link_url),
        icon=message.icon_url,
        image=message.image_url,
        buttons=tuple((_compile_text(title), _compile_link(link)) for title, link in list_buttons(message)),
    )


def render_message(message: Message, subscriber: Subscriber, *, token: str, tag: str = "") -> PushMessage:
    """A message (a campaign's own, or a variant) for one person; for many of them see compile_message.

    RenderingError if a template breaks or a link leads nowhere safe.
    """
    return compile_message(message).fill(read_variables(subscriber), token=token, tag=tag)


def read_variables(subscriber: Subscriber) -> dict[str, Any]:
    """What templates may say about a person; an attribute goes before the profile field of the same name."""
    profile = {field: getattr(subscriber, field) for field in PROFILE_FIELDS}
    return {**profile, **subscriber.attributes}


def check_template(text: str) -> list[str]:
    """What is wrong with a template, as sentences; empty if nothing is."""
    try:
        roots = _parse(text).global_variables()
    except LiquidError as error:
        return [f"“{text}” cannot be read: {error.message}."]
    return [
        f"“{root}” is not known; what is known about a person begins with “subscriber.”, like "
        '{{ subscriber.first_name | default: "there" }}.'
        for root in roots
        if root != "subscriber"
    ]


def list_variables(message: Message) -> set[str]:
    """The keys of subscribers that the message's texts use, like `first_name`."""
    keys = set()
    for text in list_templates(message):
        if not check_template(text):
            keys |= {str(path[1]) for path in _parse(text).global_variable_segments() if len(path) > 1}
    return keys


def list_needs(message: Message) -> set[str] | None:
    """The keys of subscribers that decide what the message says; None: whatever is known about them may."""
    keys = set()
    for text in list_templates(message):
        if check_template(text):
            continue  # says the same about everybody: what is wrong with it
        for _, *path in _parse(text).global_variable_segments():
            if not path or not isinstance(path[0], str):
                return None
            keys.add(path[0])
    return keys


def list_templates(message: Message) -> list[str]:
    """All texts of a message in which Liquid is understood."""
    buttons = [text for button in list_buttons(message) for text in button]
    return [message.title, message.body, message.link_url, *buttons]


def list_buttons(message: Message) -> list[tuple[str, str]]:
    """Title and link of each button, as templates."""
    actions = [action for action in message.actions if isinstance(action, dict)]
    return [(str(action.get("title", "")), str(action.get("link", ""))) for action in actions[:MAX_ACTIONS]]


def _compile_text(text: str) -> _Text:
    template = _compile(text)
    return _Text(text.strip() if template is None else text, template)


def _compile_link(text: str) -> _Link:
    template = _compile(text)
    return _Link(_check_link(text.strip()) if template is None else text, template)


def _compile(text: str) -> BoundTemplate | None:
    if "{{" not in text and "{%" not in text:
        return None
    try:
        return _parse(text)
    except LiquidError as error:
        raise RenderingError(f"“{text[:100]}” could not be filled in: {error.message}.") from error


def _render(source: str, template: BoundTemplate, variables: dict[str, Any]) -> str:
    try:
        return template.render(subscriber=variables).strip()
    except LiquidError as error:
        raise RenderingError(f"“{source[:100]}” could not be filled in: {error.message}.") from error
    # Somebody else's engine on strangers' data: whatever its filters let through is this one message's fault, and
    # must neither hold up everybody else's nor break the preview.
    except Exception as error:
        raise RenderingError(f"“{source[:100]}” could not be filled in: {error}.") from error


def _check_link(link: str) -> str:
    try:
        scheme = urlsplit(link).scheme
    except ValueError as error:
        raise RenderingError(f"“{link[:100]}” is not a web address.") from error
    if scheme not in ("", "http", "https"):
        raise RenderingError(f"“{link[:100]}” is not a web address; one begins with https://.")
    return link


@functools.lru_cache(maxsize=1000)
def _parse(text: str) -> BoundTemplate:
    return _make_environment().from_string(text)


@functools.cache
def _make_environment() -> Environment:
    environment = _SafeEnvironment()
    for tag in ("include", "render"):
        del environment.tags[tag]
    return environment
