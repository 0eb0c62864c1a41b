"""Templates in which what is said about a person is called otherwise from now on."""

import re

from campaigns.rendering.errors import RenderingError
from campaigns.rendering.templates import Template, read_template

# How a template names what it says about somebody: subscriber.first_name, subscriber["first name"].
_NAMED = re.compile(
    r"subscriber\s*(?:\.\s*(?P<plain>[\w-]+)|\[\s*(?P<sign>['\"])(?P<quoted>.*?)(?P=sign)\s*\])", re.DOTALL
)
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def rename_variable(source: str, old: str, new: str) -> str:
    """The template with `new` wherever it says `old`; all else stays as it was written.

    RenderingError if it says that in a way that is not understood here, so that it would not be what it was.
    """
    template = read_template(source)
    if old not in (template.keys or ()):
        return source
    text = source
    for start in sorted(_find_places(template), reverse=True):
        found = _NAMED.match(text, start)
        if found and old in (found["plain"], found["quoted"]):
            text = f"{text[:start]}subscriber{_write(new, found['sign'])}{text[found.end() :]}"
    renamed = read_template(text)
    if renamed.keys != (template.keys or frozenset()) - {old} | {new}:
        raise RenderingError(f"“{source[:100]}” names “{old}” in a way that cannot be changed by itself.")
    return text


def _find_places(template: Template) -> list[int]:
    """Where in the text each of them begins."""
    return [found.span.index for found in template.find_variables()]


def _write(key: str, sign: str | None) -> str:
    if _PLAIN.fullmatch(key):
        return f".{key}"
    sign = sign or ("'" if '"' in key else '"')
    return f"[{sign}{key}{sign}]"
