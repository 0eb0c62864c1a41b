"""What is wrong with a message whoever gets it, found by putting it together: for nobody, and for people made up."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from campaigns.models import Message
from campaigns.rendering.errors import RenderingError
from campaigns.rendering.links import check_link
from campaigns.rendering.messages import Text, compile_message, list_buttons, read_text
from campaigns.rendering.templates import is_template, read_template

_NOON = dt.datetime(2026, 6, 15, 12, tzinfo=dt.UTC)


class _Somebody(dict[str, Any]):
    """Of whom the same is known under every key."""

    def __init__(self, value: object) -> None:
        super().__init__()
        self._value = value

    def __missing__(self, key: object) -> object:
        return self._value


# A text that comes out for one of them may come out for somebody; nobody in particular is tried first.
_PEOPLE: tuple[Mapping[str, Any], ...] = (
    {}, _Somebody(1), _Somebody("shop.example"), _Somebody("https://shop.example/"), _Somebody("2026-06-15"), _Somebody(["a"]),
)  # fmt: skip


def check_template(text: str) -> list[str]:
    """What is wrong with a text, as sentences; empty if it comes out for some people at least."""
    return list(_check(text, is_link=False))


def check_link_template(text: str) -> list[str]:
    """The same for a link, which must lead somewhere on the web, too."""
    return list(_check(text, is_link=True))


def check_picture(address: str) -> list[str]:
    """What is wrong with the address of an icon or image."""
    try:
        check_link(address)
    except RenderingError as error:
        return [str(error)]
    return []


def check_message(message: Message) -> list[str]:
    """What is wrong with a message: text by text, and then with all of it, which must fit into a push."""
    problems = []
    for text in (message.title, message.body):
        problems += check_template(text)
    problems += check_link_template(message.link_url)
    for address in (message.icon_url, message.image_url):
        problems += check_picture(address)
    for title, link in list_buttons(message):
        problems += [*check_template(title), *check_link_template(link)]
    return problems or _check_size(message)


def needs_fallback(text: str, *, is_link: bool = False) -> str:
    """Why a text that comes out for some does not for whom nothing is known; empty if it does."""
    try:
        read_text(text, is_link=is_link).fill({}, clock=_NOON)
    except RenderingError as error:
        return str(error)
    return ""


def _check(text: str, *, is_link: bool) -> Iterator[str]:
    try:
        if is_template(text) and (problems := read_template(text).problems):
            yield from problems
            return
        _try(read_text(text, is_link=is_link))
    except RenderingError as error:
        yield str(error)


def _try(text: Text) -> str:
    """The text for the first person for whom it comes out; the first RenderingError if it does for none."""
    problem = None
    for person in _PEOPLE if text.is_personal else _PEOPLE[:1]:
        try:
            return text.fill(person, clock=_NOON)
        except RenderingError as error:
            problem = problem or error
    raise problem or RenderingError("The text comes out for nobody.")


def _check_size(message: Message) -> list[str]:
    compiled = compile_message(message)
    try:
        compiled.put_together([_try(text) for text in compiled.list_texts()])
    except RenderingError as error:
        return [str(error)]
    return []
