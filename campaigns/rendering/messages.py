"""A message's words, put together for one person: the preview, the check before a launch and what is sent."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings

from campaigns.models import Campaign, Message
from campaigns.rendering.errors import RenderingError
from campaigns.rendering.links import check_link
from campaigns.rendering.payload import LONGEST_TOPIC, Action, PushMessage, fit
from campaigns.rendering.templates import Template, is_template, read_template
from campaigns.schedule import choose_zone
from subscribers.models import Subscriber
from subscribers.viewing import mask_attributes, mask_field

PROFILE_FIELDS = ("country", "region", "city", "timezone", "language", "external_id", "email")
# Of these an attribute of the same name tells nothing: anybody may set an attribute, a customer id is proven.
PROVEN_FIELDS = ("external_id",)
MAX_ACTIONS = 2


@dataclass(frozen=True, slots=True)
class Text:
    """A text of a message. Without a template, it is what everybody reads. A link leads somewhere on the web."""

    source: str
    template: Template | None = None
    is_link: bool = False

    @property
    def is_personal(self) -> bool:
        return self.template is not None and self.template.keys != frozenset()

    def fill(self, values: Mapping[str, Any], *, clock: dt.datetime) -> str:
        if self.template is None:
            return self.source
        text = self.template.fill(values, clock=clock)
        return check_link(text) if self.is_link else text


@dataclass(frozen=True, slots=True)
class CompiledMessage:
    """A message that was read once, to be put together for many people."""

    title: Text
    body: Text
    link: Text
    icon: str
    image: str
    buttons: tuple[tuple[Text, Text], ...]

    def list_texts(self) -> list[Text]:
        return [self.title, self.body, self.link, *(text for button in self.buttons for text in button)]

    def fill(
        self, values: Mapping[str, Any], *, clock: dt.datetime, token: str, tag: str = ""
    ) -> PushMessage:
        """The message for one person, of whom `values` (read_variables) are known and whose clock shows `clock`.

        It fits into a push, whatever token and tag it gets. RenderingError if a template breaks, a link leads nowhere
        safe, or it is too long and that is not due to what can be cut.
        """
        filled = self.put_together([text.fill(values, clock=clock) for text in self.list_texts()])
        return replace(filled, token=token, tag=tag)

    def put_together(self, filled: Sequence[str]) -> PushMessage:
        """The message, once each of its texts (list_texts) is filled in."""
        title, body, link, *of_buttons = filled
        pairs = zip(of_buttons[::2], of_buttons[1::2], strict=True)
        actions = tuple(Action(f"a{number}", *pair) for number, pair in enumerate(pairs, start=1))
        message = PushMessage(
            title=title,
            body=body,
            icon=self.icon,
            image=self.image,
            link=link,
            actions=actions,
            feedback_url=f"{settings.PUBLIC_URL}/v1/feedback",
        )
        texts = {"title": self.title, "body": self.body}
        return fit(message, personal={name for name, text in texts.items() if text.is_personal})


def compile_message(message: Message) -> CompiledMessage:
    """Read a message's templates. RenderingError if one cannot be read, or a link is no web address for anybody."""
    return CompiledMessage(
        title=read_text(message.title),
        body=read_text(message.body),
        link=read_text(message.link_url, is_link=True),
        icon=check_link(message.icon_url),
        image=check_link(message.image_url),
        buttons=tuple(
            (read_text(title), read_text(link, is_link=True)) for title, link in list_buttons(message)
        ),
    )


def read_text(text: str, *, is_link: bool = False) -> Text:
    """RenderingError if it cannot be read, or is a link that leads nowhere whoever clicks it."""
    if is_template(text):
        return Text(text, read_template(text), is_link)
    return Text(check_link(text) if is_link else text.strip(), None, is_link)


def render_message(
    message: Message, subscriber: Subscriber, *, token: str, tag: str = "", now: dt.datetime
) -> PushMessage:
    """A message (a campaign's own, or a variant) for one person at `now`; for many of them see compile_message.

    RenderingError if a template breaks or a link leads nowhere safe.
    """
    compiled = compile_message(message)
    clock = find_clock(subscriber.timezone, subscriber.site.timezone, now) if tells_time(message) else now
    return compiled.fill(read_variables(subscriber), clock=clock, token=token, tag=tag)


def find_clock(timezone: str, site_timezone: str, now: dt.datetime) -> dt.datetime:
    """What the clock of somebody in that time zone shows; of whom none is known, the site's."""
    return now.astimezone(choose_zone(timezone, site_timezone).zone)


def read_variables(subscriber: Subscriber) -> dict[str, Any]:
    """What templates may say about a person (join_variables)."""
    site_id = subscriber.site_id
    profile = {field: mask_field(field, getattr(subscriber, field), site_id) for field in PROFILE_FIELDS}
    return join_variables(profile, mask_attributes(subscriber.attributes, site_id))


def join_variables(profile: Mapping[str, Any], attributes: Mapping[str, Any]) -> dict[str, Any]:
    """An attribute goes before the profile field of the same name, but for what is proven."""
    proven = {field: profile[field] for field in PROVEN_FIELDS if field in profile}
    return {**profile, **attributes, **proven}


def find_topic(campaign: Campaign, occurrence: int) -> str:
    """The tag and Topic (RFC 8030, at most 32 base64url characters) by which a repeat replaces its first copy."""
    return (campaign.topic or f"c{campaign.pk}-{occurrence}")[:LONGEST_TOPIC]


def list_variables(message: Message) -> set[str]:
    """The keys of subscribers that the message's texts use, like `first_name`."""
    return {key for template in _list_readable(message) for key in template.keys or ()}


def list_needs(message: Message) -> set[str] | None:
    """The keys of subscribers that decide what the message says; None: whatever is known about them may."""
    keys: set[str] = set()
    for template in _list_readable(message):
        if template.keys is None:
            return None
        keys |= template.keys
    return keys


def list_bare_keys(message: Message) -> list[str]:
    """The keys that a message prints without a default, and asks nowhere whether they are known."""
    return sorted({key for template in _list_readable(message) for key in template.bare_keys})


def tells_time(message: Message) -> bool:
    """Whether what the message says may depend on when and where it is read."""
    return any(template.tells_time for template in _list_readable(message))


def list_templates(message: Message) -> list[str]:
    """All texts of a message in which Liquid is understood."""
    buttons = [text for button in list_buttons(message) for text in button]
    return [message.title, message.body, message.link_url, *buttons]


def list_buttons(message: Message) -> list[tuple[str, str]]:
    """Title and link of each button, as templates."""
    if not isinstance(message.actions, list):
        return []
    actions = [action for action in message.actions if isinstance(action, dict)]
    return [(str(action.get("title", "")), str(action.get("link", ""))) for action in actions[:MAX_ACTIONS]]


def _list_readable(message: Message) -> list[Template]:
    """Its templates, without those that cannot be read: these say the same about everybody, what is wrong with them."""
    found = []
    for text in list_templates(message):
        if is_template(text):
            try:
                found.append(read_template(text))
            except RenderingError:
                continue
    return found
