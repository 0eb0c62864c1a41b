"""A campaign's words, put together for one person: Liquid templates in, a push message out."""

import functools
import json
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from liquid import BoundTemplate, Environment
from liquid.exceptions import LiquidError

from campaigns.models import Campaign
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
        return json.dumps({"carillon": 1, **asdict(self)}, ensure_ascii=False, separators=(",", ":"))

    def to_payload(self) -> bytes:
        """The bytes to encrypt; RenderingError if no push service would take that many."""
        payload = self.to_json().encode()
        if len(payload) > MAX_PAYLOAD:
            raise RenderingError(
                f"The message takes {len(payload):,} bytes; at most {MAX_PAYLOAD:,} fit into a push. "
                "Shorter texts and addresses help."
            )
        return payload


def make_topic(campaign_id: int, occurrence: int) -> str:
    """The tag and Topic (RFC 8030, at most 32 base64url characters) by which a repeat replaces its first copy."""
    return f"c{campaign_id}-{occurrence}"


def render_message(campaign: Campaign, subscriber: Subscriber, *, token: str, tag: str = "") -> PushMessage:
    """The campaign's message for one person. RenderingError if a template breaks or a link leads nowhere safe."""
    variables = _read_variables(subscriber)
    actions = tuple(
        Action(f"a{number}", _render(title, variables), _render_link(link, variables))
        for number, (title, link) in enumerate(list_buttons(campaign), start=1)
    )
    return PushMessage(
        title=_render(campaign.title, variables),
        body=_render(campaign.body, variables),
        icon=campaign.icon_url,
        image=campaign.image_url,
        link=_render_link(campaign.link_url, variables),
        tag=tag,
        actions=actions,
        token=token,
        feedback_url=f"{settings.PUBLIC_URL}/v1/feedback",
    )


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


def list_variables(campaign: Campaign) -> set[str]:
    """The keys of subscribers that the campaign's texts use, like `first_name`."""
    keys = set()
    for text in list_templates(campaign):
        if not check_template(text):
            keys |= {str(path[1]) for path in _parse(text).global_variable_segments() if len(path) > 1}
    return keys


def list_templates(campaign: Campaign) -> list[str]:
    """All texts of a campaign in which Liquid is understood."""
    buttons = [text for button in list_buttons(campaign) for text in button]
    return [campaign.title, campaign.body, campaign.link_url, *buttons]


def list_buttons(campaign: Campaign) -> list[tuple[str, str]]:
    """Title and link of each button, as templates."""
    actions = [action for action in campaign.actions if isinstance(action, dict)]
    return [(str(action.get("title", "")), str(action.get("link", ""))) for action in actions[:MAX_ACTIONS]]


def _render(text: str, variables: dict[str, Any]) -> str:
    try:
        return _parse(text).render(subscriber=variables).strip()
    except LiquidError as error:
        raise RenderingError(f"“{text[:100]}” could not be filled in: {error.message}.") from error
    # Somebody else's engine on strangers' data: whatever its filters let through is this one message's fault, and
    # must neither hold up everybody else's nor break the preview.
    except Exception as error:
        raise RenderingError(f"“{text[:100]}” could not be filled in: {error}.") from error


def _render_link(text: str, variables: dict[str, Any]) -> str:
    """A link may hold attributes, and attributes come from browsers: so only web addresses are let through."""
    link = _render(text, variables)
    try:
        scheme = urlsplit(link).scheme
    except ValueError as error:
        raise RenderingError(f"“{link[:100]}” is not a web address.") from error
    if scheme not in ("", "http", "https"):
        raise RenderingError(f"“{link[:100]}” is not a web address; one begins with https://.")
    return link


def _read_variables(subscriber: Subscriber) -> dict[str, Any]:
    profile = {field: getattr(subscriber, field) for field in PROFILE_FIELDS}
    return {**profile, **subscriber.attributes}


@functools.lru_cache(maxsize=1000)
def _parse(text: str) -> BoundTemplate:
    return _make_environment().from_string(text)


@functools.cache
def _make_environment() -> Environment:
    environment = _SafeEnvironment()
    for tag in ("include", "render"):
        del environment.tags[tag]
    return environment
